// Slims each zip of one folder into another, by the browser's own modules: node slim_all.mjs FROM TO
import { openAsBlob } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { prepare } from "../../../web/js/slimming/choosing.js";

const [from, to] = process.argv.slice(2);
for (const name of await readdir(from)) {
  const file = Object.assign(await openAsBlob(join(from, name)), { name });
  const { files, isSlimmed } = await prepare([file], 1e9);
  if (isSlimmed) await writeFile(join(to, name), Buffer.from(await files[0].blob.arrayBuffer()));
}
