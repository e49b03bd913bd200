// Makes web/built/: our own scripts and styles bundled and minified, third-party code from
// node_modules, all under names with a hash of their content, and manifest.json, which maps the
// name that templates use ("app.css", "workers/decode.js") to the file's ("app.4KX2AB7Q.css").
// Text files have a .br and a .gz beside them. Files at the root of the site (sw.js, sw-off.js)
// keep their names and stand in built/root/.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build } from "esbuild";
import subsetFont from "subset-font";

const WEB = fileURLToPath(new URL(".", import.meta.url));
const BUILT = join(WEB, "built");
// Only a whole build takes the old one's place.
const MAKING = join(WEB, "built.new");
const MODULES = join(WEB, "node_modules");

const TEXT = new Set([".js", ".css", ".svg", ".json", ".txt", ".wasm", ".webmanifest"]);
const LICENSED = [
  "htmx.org",
  "zxing-wasm",
  "jsqr",
  "lucide-static",
  "@fontsource-variable/bricolage-grotesque",
];

const range = (first, last) =>
  String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, step) => first + step));

// What a heading in a western European language needs; the rest of Latin, and Vietnamese, are files
// of their own, so that only pages that need them load them.
const FACES = {
  "bricolage.woff2": ["latin", `${range(0x20, 0x7e)}${range(0xc0, 0xff)}\u00a0¡¿«»·ıŒœ–—‘’“”…−€`],
  "bricolage-more.woff2": ["latin-ext", `${range(0x100, 0x17f)}${range(0x218, 0x21b)}ẞ`],
  "bricolage-vietnamese.woff2": ["vietnamese", `ƠơƯư${range(0x1ea0, 0x1ef9)}₫`],
};
// One weight: the range costs 10 kB, a sixth of what a first page may weigh.
const WEIGHTS = { wght: 650 };
const FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "liga", "calt"];

// What the service worker keeps when it is installed: all that the pages need which open without
// network. Their scripts' imports come with them.
const OFFLINE = ["app.css", "bricolage.woff2", "icon.svg", "sprite.svg", "htmx.js"];
const OFFLINE_SCRIPTS = ["early.js", "app.js", "scan.js", "box.js", "offline.js"];
// Without the decoder, which comes afterwards. Measured as the browser keeps it, unpacked.
const MOST_PRECACHED = 200_000;

const manifest = {};
// By file name: the names that it imports at once, and those that it may import later.
const imports = {};
const sizes = {};

const moduleFile = (...path) => readFile(join(MODULES, ...path));

async function filesIn(folder, ending = "") {
  if (!existsSync(join(WEB, folder))) return [];
  const found = await readdir(join(WEB, folder), { withFileTypes: true });
  return found
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending) && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .sort();
}

async function put(path, content) {
  sizes[path] = content.length;
  await writeFile(join(MAKING, path), content);
  if (!TEXT.has(extname(path))) return;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  await writeFile(join(MAKING, `${path}.br`), brotliCompressSync(content, quality));
  await writeFile(join(MAKING, `${path}.gz`), gzipSync(content, { level: 9 }));
}

async function publish(name, content) {
  if (manifest[name]) throw new Error(`Two files want the name ${name}`);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  const ending = extname(name);
  manifest[name] = `${basename(name, ending)}.${hash}${ending}`;
  await put(manifest[name], content);
}

async function publishFonts() {
  for (const [name, [part, characters]] of Object.entries(FACES)) {
    const folder = "@fontsource-variable/bricolage-grotesque/files";
    const whole = await moduleFile(folder, `bricolage-grotesque-${part}-wght-normal.woff2`);
    const options = { targetFormat: "woff2", variationAxes: WEIGHTS, keepFeatures: FEATURES };
    await publish(name, await subsetFont(whole, characters, { ...options, noHinting: true }));
  }
}

async function publishIcons() {
  for (const name of await filesIn("icons")) {
    if (name !== "sprite.json") await publish(name, await readFile(join(WEB, "icons", name)));
  }
  const list = join(WEB, "icons/sprite.json");
  const names = existsSync(list) ? JSON.parse(await readFile(list, "utf8")) : [];
  const symbols = await Promise.all(names.map(symbol));
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  await publish("sprite.svg", sprite);
}

async function symbol(name) {
  const file = join(MODULES, "lucide-static/icons", `${name}.svg`);
  if (!existsSync(file)) throw new Error(`web/icons/sprite.json: Lucide has no icon "${name}"`);
  const drawing = /<svg[^>]*>(.*)<\/svg>/s.exec(await readFile(file, "utf8"))[1];
  const shape = drawing.replace(/\s+/g, " ").replaceAll("> <", "><").replaceAll(" />", "/>").trim();
  // How its lines are drawn, it has from the class .icon of whoever uses it.
  return `<symbol id="${name}" viewBox="0 0 24 24">${shape}</symbol>`;
}

async function publishThirdParty() {
  await publish("htmx.js", await moduleFile("htmx.org/dist/htmx.min.js"));
  await publish("zxing_reader.wasm", await moduleFile("zxing-wasm/dist/reader/zxing_reader.wasm"));
  const texts = LICENSED.map(async (name) => {
    const { version } = JSON.parse(await moduleFile(name, "package.json"));
    return `${name} ${version}\n\n${await moduleFile(name, "LICENSE")}`;
  });
  const zxing = "zxing-wasm contains zxing-cpp, under the Apache License 2.0.\n";
  await publish("third-party.txt", [...(await Promise.all(texts)), zxing].join("\n\n---\n\n"));
}

// A style sheet names a published file in any way that it likes: "bricolage.woff2" is enough.
const published = {
  name: "published",
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ kind, path }) => {
      const name = manifest[basename(path)];
      return kind === "url-token" && name ? { path: `./${name}`, external: true } : undefined;
    });
  },
};

async function bundle(entryPoints, options) {
  if (!entryPoints.length) return;
  const { metafile, outputFiles } = await build({
    absWorkingDir: WEB,
    entryPoints,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    outdir: MAKING,
    entryNames: "[name].[hash]",
    chunkNames: "chunk.[hash]",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
    ...options,
  });
  for (const { path, contents } of outputFiles) {
    const { entryPoint } = metafile.outputs[relative(WEB, path)];
    const name = entryPoint ? entryPoint.replace(/^(js|css)\//, "") : basename(path);
    if (manifest[name]) throw new Error(`Two files want the name ${name}`);
    manifest[name] = basename(path);
    imports[basename(path)] = metafile.outputs[relative(WEB, path)].imports.map((one) => ({
      name: basename(one.path),
      isLater: one.kind === "dynamic-import",
    }));
    await put(basename(path), contents);
  }
}

async function publishOurs() {
  const pages = (await filesIn("js", ".js")).map((name) => `js/${name}`);
  const workers = (await filesIn("js/workers", ".js")).map((name) => `js/workers/${name}`);
  await bundle([...pages, ...workers], { format: "esm", splitting: true });
  const styles = (await filesIn("css", ".css")).filter((name) => !name.startsWith("_"));
  await bundle(
    styles.includes("app.css") ? ["css/app.css", "css/desk.css"] : styles.map((name) => `css/${name}`),
    { plugins: [published] },
  );
}

function withImports(names, { later }) {
  const found = new Set();
  const follow = (name) => {
    if (found.has(name)) return;
    found.add(name);
    for (const one of imports[name] ?? []) if (later || !one.isLater) follow(one.name);
  };
  names.forEach(follow);
  return [...found];
}

/** What the service worker keeps at once, and what in the background: file names. */
function offlineFiles() {
  const scripts = OFFLINE_SCRIPTS.map((name) => manifest[name]);
  const files = OFFLINE.map((name) => manifest[name]);
  const atOnce = [...files, ...withImports(scripts, { later: false })];
  const decoders = Object.keys(manifest).filter(
    (name) => name.startsWith("workers/") || name.endsWith(".wasm"),
  );
  const wanted = [...scripts, ...decoders.map((name) => manifest[name])];
  const later = withImports(wanted, { later: true }).filter((name) => !atOnce.includes(name));
  // The small ones first: with them alone the plain reader works already.
  later.sort((one, other) => sizes[one] - sizes[other]);
  return { atOnce, later };
}

async function bundleAlone(file, define = {}) {
  const options = { absWorkingDir: WEB, entryPoints: [file], bundle: true, minify: true };
  const { outputFiles } = await build({
    ...options,
    write: false,
    define,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
  });
  return outputFiles[0].contents;
}

async function placeRootFiles() {
  const { atOnce, later } = offlineFiles();
  const weight = atOnce.reduce((sum, name) => sum + sizes[name], 0);
  if (weight > MOST_PRECACHED) throw new Error(`The service worker would precache ${weight} bytes`);
  const addresses = (names) => JSON.stringify(names.map((name) => `/static/${name}`));
  const lists = { PRECACHE: addresses(atOnce), BACKGROUND: addresses(later) };
  const unversioned = await bundleAlone("sw.js", { ...lists, VERSION: '""' });
  const version = createHash("sha256").update(unversioned).digest("hex").slice(0, 8);
  await mkdir(join(MAKING, "root"));
  await put("root/sw.js", await bundleAlone("sw.js", { ...lists, VERSION: `"${version}"` }));
  await put("root/sw-off.js", await bundleAlone("sw-off.js"));
}

await rm(MAKING, { recursive: true, force: true });
await mkdir(MAKING, { recursive: true });
await publishFonts();
await publishIcons();
await publishThirdParty();
await publishOurs();
await placeRootFiles();
await writeFile(join(MAKING, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
await rm(BUILT, { recursive: true, force: true });
await rename(MAKING, BUILT);
