// node walker.mjs WORK.json: opens pages in Chromium or Firefox, opens all that can be opened on
// them, and writes what it noticed as JSON. WORK.json: {browser, program, origin, cookie, people:
// [{who, value, paths}], follow, offline: [path]}; the first of the people walks on without a network.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const puppeteer = require("puppeteer-core");

const work = JSON.parse(await readFile(process.argv[2], "utf8"));
const SAME_SHAPE = 1;
const FILE = /\.(pdf|png|csv|vcf|ics|json|webmanifest|txt)$|^\/(static|api|feeds|demo)\//;
const found = { violations: [], executed: [], injected: [], links: [], thirdParties: [], errors: [] };
const visited = [];
const forms = {};

/** In the page: everything is opened; then what it did and where it leads. */
async function look() {
  const settled = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const open = () => {
    for (const each of document.querySelectorAll("details")) each.open = true;
    for (const each of document.querySelectorAll("dialog:not([open])")) each.show();
  };
  open();
  const fragments = [...document.querySelectorAll("[hx-get]:not(form)")].slice(0, 3);
  for (const each of fragments) {
    // Fragments alone: a link that htmx does not hold would leave the page.
    const address = each.getAttribute("hx-get");
    globalThis.htmx?.ajax("GET", address, { source: each })?.catch(() => {});
  }
  // Each control can have a payload that waits for the focus.
  for (const each of document.querySelectorAll("input, textarea, select, [tabindex]")) each.focus();
  await settled(fragments.length ? 150 : 10);
  open();
  const every = [...document.querySelectorAll("[href], [src], [action], [formaction]")];
  const addresses = every.flatMap((each) =>
    ["href", "src", "action", "formaction"].map((name) => each.getAttribute(name)).filter(Boolean),
  );
  return {
    violations: globalThis.seen ?? [],
    executed: globalThis.pwned === undefined ? [] : ["pwned"],
    injected: [
      ...[...document.querySelectorAll("[data-pwned]")].map((each) => each.outerHTML.slice(0, 200)),
      ...(document.documentElement.textContent.includes("50337") ? ["a template's sum"] : []),
    ],
    links: addresses.filter((address) => /^\s*(javascript|data|vbscript|blob):/i.test(address)),
    forms: [...document.querySelectorAll("form")].map((form) => {
      const named = [...form.elements].filter((each) => each.name && !each.matches(":disabled"));
      const isText = (each) => each.matches("textarea, input:is([type=text], [type=search], [type=url], [type=email], [type=tel], [type=password], :not([type]))");
      return {
        method: (form.getAttribute("method") ?? "get").toUpperCase(),
        action: form.getAttribute("action") || location.pathname,
        texts: named.filter(isText).map((each) => each.name),
        deletes: named.some((each) => each.name === "_method" && each.value.toUpperCase() === "DELETE"),
      };
    }),
    next: [...document.querySelectorAll("a[href]:not([download])")].map((each) => each.href),
  };
}

function watch(page, at) {
  const here = () => at.path;
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    const goesOut = /^(https?|wss?):$/.test(protocol) && origin !== work.origin;
    if (goesOut) found.thirdParties.push(`${here()}: ${request.url()}`);
  });
  page.on("pageerror", (error) => found.errors.push(`${here()}: ${error?.message ?? error}`));
  page.on("console", (said) => {
    const text = said.text();
    if (/Content.Security|TrustedHTML|Trusted ?Type/i.test(text)) {
      found.violations.push(`${here()}: ${text}`);
    } else if (said.type() === "error" && !at.isOffline && !/status of [45]\d\d/.test(text)) {
      found.errors.push(`${here()}: ${text}`);
    }
  });
  page.on("dialog", (dialog) => {
    found.executed.push(`${here()}: a dialog says ${dialog.message()}`);
    return dialog.dismiss();
  });
}

async function visit(page, at, path) {
  at.path = path;
  let answer;
  try {
    answer = await page.goto(work.origin + path, { waitUntil: "load", timeout: 15_000 });
  } catch (problem) {
    found.errors.push(`${path}: ${problem.message}`);
    return [];
  }
  const noticed = await page.evaluate(look);
  for (const kind of ["violations", "executed", "injected", "links"]) {
    found[kind].push(...noticed[kind].map((each) => `${path}: ${each}`));
  }
  // Where it ended, for a page that leads on.
  visited.push({ who: at.who, path, status: answer?.status() ?? 0, shown: new URL(page.url()).pathname });
  for (const form of noticed.forms) forms[JSON.stringify(form)] ??= `${at.who} ${path}`;
  return noticed.next;
}

const shape = (url) =>
  url.pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[^/]{18,}|\d+/g, "*") +
  [...url.searchParams.keys()].join();

async function walk(browser, { who, value, paths }) {
  const context = await browser.createBrowserContext();
  if (value) {
    const { hostname } = new URL(work.origin);
    await context.setCookie({ name: work.cookie, value, domain: hostname, path: "/" });
  }
  const page = await context.newPage();
  const at = { who, path: "", isOffline: false };
  watch(page, at);
  await page.evaluateOnNewDocument(() => {
    globalThis.seen = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      globalThis.seen.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
  const waiting = [...paths];
  const known = new Set(paths);
  const shapes = new Map();
  while (waiting.length) {
    for (const href of await visit(page, at, waiting.shift())) {
      const url = new URL(href);
      const path = url.pathname + url.search;
      const count = shapes.get(shape(url)) ?? 0;
      if (!work.follow || url.origin !== work.origin || FILE.test(url.pathname) || known.has(path)) continue;
      known.add(path);
      if (count >= SAME_SHAPE) continue;
      shapes.set(shape(url), count + 1);
      waiting.push(path);
    }
  }
  return { who, page, at };
}

/** The service worker has taken over, and has its copies. */
async function withCopies(page) {
  await page.goto(`${work.origin}/`, { waitUntil: "load" });
  await page.evaluate(async (paths) => {
    const worker = await navigator.serviceWorker.ready;
    worker.active.postMessage({ type: "contact", signedIn: true });
    const isKept = async () => {
      const names = await caches.keys();
      const caught = await Promise.all(
        names.map(async (name) => (await (await caches.open(name)).keys()).map((each) => each.url)),
      );
      return paths.every((path) => caught.flat().some((url) => new URL(url).pathname === path));
    };
    for (let tries = 0; tries < 100 && !(await isKept()); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }, work.offline.filter((path) => !path.includes("/events/")));
}

async function main() {
  const isFirefox = work.browser === "firefox";
  const browser = await puppeteer.launch({
    browser: work.browser,
    executablePath: work.program,
    headless: true,
    // Copies without network are looked at in Chromium; without them Firefox is twice as fast.
    ...(isFirefox ? { extraPrefsFirefox: { "dom.serviceWorkers.enabled": false } } : { args: ["--no-sandbox", "--use-fake-device-for-media-stream"] }),
  });
  try {
    const walks = await Promise.all(work.people.map((person) => walk(browser, person)));
    const { page, at } = walks[0];
    if (work.offline.length) await withCopies(page);
    const offline = visited.length;
    console.log("WALKED");
    await new Promise((resolve) => createInterface({ input: process.stdin }).once("line", resolve));
    at.isOffline = true;
    for (const path of work.offline) await visit(page, at, path);
    console.log(JSON.stringify({ ...found, visited: visited.slice(0, offline), offline: visited.length - offline, forms: Object.entries(forms).map(([form, at]) => ({ ...JSON.parse(form), at })) }));
  } finally {
    await browser.close();
  }
  process.exit(0);
}

await main();
