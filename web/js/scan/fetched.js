const PATIENCE_MS = 10_000;

/** The server's card of one scan, or null where it cannot be had now. */
export async function fetchCard(id) {
  try {
    const response = await fetch(`/scans/${id}/card`, {
      headers: { "X-Requested-With": "firsthand", Accept: "text/html" },
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok) return null;
    const { body } = new DOMParser().parseFromString(await response.text(), "text/html");
    const card = document.createDocumentFragment();
    card.append(...body.childNodes);
    return card.querySelector(`[id="scan-${id}"]`) && card;
  } catch {
    return null;
  }
}

/** Who it is, by a card of the server's. */
export function nameOn(card) {
  const named = card.querySelector("[data-name]")?.dataset.name;
  return named ?? card.querySelector("h1, h2, h3")?.textContent.trim() ?? "";
}
