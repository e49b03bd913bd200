/**
 * A question in a dialog of its own.
 * @param {string} question
 * @param {{yes?: string, no?: string}} answers what stands on the buttons
 * @returns {Promise<boolean>} whether it was answered with yes
 */
export function ask(question, { yes = "Yes", no = "Cancel" } = {}) {
  const make = (tag, more) => Object.assign(document.createElement(tag), more);
  const dialog = make("dialog", { className: "confirm" });
  const form = make("form", { method: "dialog" });
  form.append(
    make("p", { id: "confirm-question", textContent: question }),
    make("button", { value: "", textContent: no }),
    " ",
    make("button", { value: "yes", textContent: yes }),
  );
  dialog.append(form);
  dialog.setAttribute("aria-labelledby", "confirm-question");
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
