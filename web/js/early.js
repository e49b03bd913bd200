// What has to be there before a page is first shown; it holds the page up, so it stays this short.

// The browser's own animation between two pages is no error where something cuts it short: the
// keyboard that slides away, or a page that is shown before its style. Chromium rejects promises
// for it that no script was ever given, and does so before app.js can listen.
window.addEventListener("unhandledrejection", (event) => {
  const { reason } = event;
  if (reason instanceof DOMException && /\btransition\b/i.test(reason.message)) event.preventDefault();
});
