// Passkeys: forms with data-passkey show themselves where the browser can, and are sent with what
// the device has signed. data-passkey is where to ask what to sign.
const STALE_MS = 240_000;
const WORDS = {
  NotAllowedError: "That was cancelled, or took too long. Try once more, or use a code.",
  InvalidStateError: "This device has a passkey for this account already.",
  SecurityError: "Passkeys do not work at this address.",
};

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

// Not every browser that has passkeys has parseCreationOptionsFromJSON and toJSON.
function parsed(options) {
  const described = (known) => known?.map((each) => ({ ...each, id: bytes(each.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    excludeCredentials: described(options.excludeCredentials),
    allowCredentials: described(options.allowCredentials),
  };
}

function written({ id, rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const has = parts.filter((part) => response[part]);
  const fields = Object.fromEntries(has.map((part) => [part, text(response[part])]));
  return JSON.stringify({ id, rawId: text(rawId), type, response: fields });
}

async function asked(form) {
  const answer = await fetch(form.dataset.passkey, { method: "POST" });
  // Signed in too long ago: the page that confirms it.
  if (answer.redirected) {
    location.assign(answer.url);
    await new Promise(() => {});
  }
  if (!answer.ok) throw new Error("no challenge");
  return parsed(await answer.json());
}

async function sign(form, more) {
  const publicKey = await asked(form);
  const how = publicKey.user ? "create" : "get";
  const credential = await navigator.credentials[how]({ publicKey, ...more });
  form.elements.credential.value = written(credential);
  form.submit();
}

// The field's own list of suggestions offers passkeys, for as long as the page stands there.
let waiting = new AbortController();
async function offer(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const { signal } = (waiting = new AbortController());
  const renew = setTimeout(() => {
    waiting.abort();
    void offer(form).catch(() => {});
  }, STALE_MS);
  signal.addEventListener("abort", () => clearTimeout(renew));
  await sign(form, { mediation: "conditional", signal });
}

function start(form) {
  const [button, words] = ["button", "[data-passkey-words]"].map((each) => form.querySelector(each));
  form.hidden = false;
  button.addEventListener("click", async () => {
    waiting.abort();
    button.disabled = true;
    words.hidden = true;
    try {
      await sign(form);
    } catch (problem) {
      words.textContent = WORDS[problem.name] ?? "That did not work here. Is there network?";
      words.hidden = false;
      if ("autofill" in form.dataset) offer(form).catch(() => {});
    }
    button.disabled = false;
  });
  if ("autofill" in form.dataset) offer(form).catch(() => {});
}

// A passkey belongs to a name: there is none for a bare address.
const isNamed = !/^[\d.]+$|:/.test(location.hostname);
if (window.PublicKeyCredential && isNamed) {
  document.querySelector("[data-passkey-without]")?.remove();
  document.querySelectorAll("form[data-passkey]").forEach(start);
}
