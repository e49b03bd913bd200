// What has to be there before a page is first shown; it holds the page up, so it stays this short.

// The browser's own animation between two pages is no error where something cuts it short: the
// keyboard that slides away, or a page that is shown before its style. Chromium rejects promises
// for it that no script was ever given, and does so before app.js can listen.
window.addEventListener("unhandledrejection", (event) => {
  const { reason } = event;
  if (reason instanceof DOMException && /\btransition\b/i.test(reason.message)) event.preventDefault();
});

// Text becomes HTML only where an answer of ours is parsed, which runs nothing in it; scripts are
// files of ours. All else that would turn text into either is refused (Trusted Types).
window.trustedTypes?.createPolicy("default", {
  createHTML: (html, _type, sink) => (/ (parseFromString|parseHTMLUnsafe)$/.test(sink) ? html : null),
  createScriptURL(address) {
    const { origin, pathname } = new URL(address, location.href);
    const isOurs = /^\/(static\/[^/]+|sw)\.js$/.test(pathname);
    return origin === location.origin && isOurs ? address : null;
  },
});
