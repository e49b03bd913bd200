// A list whose rows can be ticked: the bar of what can be done with them says how many there are.
function countTicked() {
  const words = document.querySelector("[data-ticked]");
  const number = document.querySelectorAll("[data-act=tick]:checked").length;
  if (!words) return;
  words.dataset.none ??= words.textContent;
  words.textContent = number ? `${number} chosen:` : words.dataset.none;
}

/** The bar goes with the last tick: whoever pressed it goes on at what became of them. */
function goOn() {
  countTicked();
  const isLost = !document.activeElement || document.activeElement === document.body;
  if (isLost) document.querySelector("#several-answer:not(:empty)")?.focus({ preventScroll: true });
}

document.addEventListener("change", countTicked);
document.addEventListener("htmx:afterSettle", goOn);
// A browser that comes back to the page keeps its ticks.
countTicked();
