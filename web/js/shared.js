// On the import page: a file that another app shared stands in the form already.
import { forgetFiles, putAsideFiles } from "./offline/sharing.js";

const input = document.querySelector("form[action='/import'] input[type=file]");

async function takeUp() {
  const files = await putAsideFiles();
  if (!files.length || input.files.length) return;
  const carried = new DataTransfer();
  for (const file of files) carried.items.add(file);
  input.files = carried.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  input.form.addEventListener("submit", () => void forgetFiles());
}

// Some private modes refuse the whole of Cache Storage.
takeUp().catch(() => {});
