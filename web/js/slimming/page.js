// The import page's form, from choosing files to the report.
import { markOf, megabytes, prepare, saidOf, Unsendable } from "./choosing.js";
import { requestsUntil } from "./requests.js";
import { Refusal, upload } from "./upload.js";

const form = document.querySelector("form[data-bring]");
const input = form.querySelector("input[type=file]");
const said = form.querySelector("[data-chosen]");
const refusal = form.querySelector("[data-refusal]");
const sending = form.querySelector("[data-sending]");
const bar = sending.querySelector("progress");
const amount = sending.querySelector(".spread .quiet");
const trouble = sending.querySelector("[data-trouble]");
const submit = form.querySelector(".button-main");
const cancel = sending.querySelector("[data-cancel]");
// Another one chosen meanwhile makes the answer of the one before worthless.
let chosen = null;

function show(element, words) {
  element.textContent = words;
  element.hidden = !words;
}

/** Says what will be sent of the files that are chosen now. */
export function look() {
  const files = [...input.files];
  const looked = prepare(files, Number(form.dataset.most));
  chosen = { files, looked };
  const isStill = () => chosen?.looked === looked;
  show(refusal, "");
  show(said, "Looking at what is in it");
  looked.then(
    (prepared) => isStill() && show(said, `To be sent: ${saidOf(prepared)}.`),
    (problem) => isStill() && refuse(problem),
  );
  return chosen;
}

function refuse(problem) {
  show(said, "");
  const isForPeople = problem instanceof Unsendable || problem instanceof Refusal;
  show(refusal, isForPeople ? problem.message : "That did not work. Please try again.");
  if (!isForPeople) throw problem;
}

function progress(sent, size) {
  bar.value = size ? (100 * sent) / size : 100;
  amount.textContent = `${megabytes(sent)} of ${megabytes(size)} MB`;
}

async function send({ files, looked }, stop) {
  const prepared = await looked;
  const { request, pause } = requestsUntil(stop.signal, document.body.dataset.account);
  progress(0, prepared.size);
  sending.hidden = false;
  cancel.focus();
  let begun = null;
  try {
    return await upload(prepared.files, {
      mark: await markOf(files, prepared),
      request: async (method, path, options) => {
        const reply = await request(method, path, options);
        begun = reply.answer?.id ?? begun;
        return reply;
      },
      pause,
      onSent: (sent) => progress(sent, prepared.size),
      onTrouble: (words) => show(trouble, words),
    });
  } catch (problem) {
    // Given up, it is deleted there too; without network that happens by itself in a day.
    if (stop.signal.aborted && begun) {
      fetch(`/api/v1/imports/uploads/${begun}`, { method: "DELETE" }).catch(() => {});
    }
    throw problem;
  }
}

/** Sends what is chosen; ends on the report's page. */
export async function bring() {
  if (submit.disabled) return;
  const stop = new AbortController();
  const giveUp = () => stop.abort();
  cancel.addEventListener("click", giveUp);
  submit.disabled = input.disabled = true;
  try {
    const files = [...input.files];
    const isSame = chosen?.files.length === files.length && files.every((f, n) => f === chosen.files[n]);
    const id = await send(isSame ? chosen : look(), stop);
    location.assign(`/import/${id}`);
  } catch (problem) {
    if (!stop.signal.aborted) refuse(problem);
  } finally {
    cancel.removeEventListener("click", giveUp);
    submit.disabled = input.disabled = false;
    if (document.activeElement === cancel) submit.focus();
    sending.hidden = true;
  }
}
