// On the import page: what is needed is taken out of the chosen files and sent in pieces. All that
// comes when it is needed; where it does not come, the form sends the files as they are.
const form = document.querySelector("form[data-bring]");
const input = form.querySelector("input[type=file]");
let coming = null;

const parts = () => (coming ??= import("./slimming/page.js"));
const look = () => {
  if (input.files.length) parts().then((page) => page.look(), () => {});
};

input.addEventListener("change", look);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  parts().then((page) => page.bring(), () => form.submit());
});
look();
