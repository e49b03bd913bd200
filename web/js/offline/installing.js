// The hint that Firsthand can stand on the home screen: at a good moment, until it is answered.

const ANSWERED = "firsthand.install-hint";
const root = document.querySelector("#install");

// Chromium's offer, kept until there is something worth installing for.
let offer = null;

/** Only Safari's engine on iOS and iPadOS has this property; there people do it by hand. */
const isByHand = () => navigator.standalone === false;

function isInstalled() {
  return navigator.standalone === true || matchMedia("(display-mode: standalone)").matches;
}

/**
 * Shows the hint at the first good moment, until it is answered; never once the app is installed.
 * @param {Storage} storage where the answer is remembered
 * @param {() => boolean} isGoodMoment
 * @returns {() => void} to be called when that may have changed
 */
export function hintAtInstalling(storage, isGoodMoment) {
  const show = () => {
    const isWanted = !storage.getItem(ANSWERED) && !isInstalled() && (offer || isByHand());
    if (root.hidden && !(isWanted && isGoodMoment())) return;
    root.hidden = !isWanted;
    root.querySelector("[data-by-hand]").hidden = !isByHand();
    root.querySelector("[data-ask]").hidden = !offer;
  };
  const answered = () => {
    storage.setItem(ANSWERED, new Date().toISOString());
    offer = null;
    show();
  };
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    show();
  });
  window.addEventListener("appinstalled", answered);
  root.querySelector("[data-ask]").addEventListener("click", async () => {
    const asked = offer;
    // The browser lets an offer be made only once, whatever the answer.
    answered();
    await asked.prompt();
  });
  root.querySelector("[data-not-now]").addEventListener("click", answered);
  show();
  return show;
}
