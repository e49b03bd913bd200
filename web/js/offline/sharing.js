// What another app shares with Firsthand (the manifest's share_target). The service worker puts a
// file aside; the import page takes it up. Nothing is sent before the person says so there.

const CACHE = "firsthand-shared";
const NAME = "Firsthand-File-Name";
const AT = "Firsthand-Shared-At";
const LASTS_MS = 60 * 60 * 1000;

/**
 * Where the browser goes with what was shared.
 * @param {FormData} form
 * @returns {Promise<string>} a path
 */
export async function putAside(form) {
  const files = form.getAll("file").filter((file) => file instanceof File && file.size);
  if (files.length) {
    await caches.delete(CACHE);
    const cache = await caches.open(CACHE);
    for (const [number, file] of files.entries()) {
      const headers = { [NAME]: encodeURIComponent(file.name), [AT]: String(Date.now()) };
      await cache.put(`/share/${number}`, new Response(file, { headers }));
    }
    return "/import";
  }
  const words = new URLSearchParams();
  for (const field of ["url", "text", "title"]) {
    const value = form.get(field);
    if (typeof value === "string" && value) words.set(field, value.slice(0, 2000));
  }
  return `/share?${words}`;
}

/** @returns {Promise<File[]>} what was shared within the hour */
export async function putAsideFiles() {
  if (!(await caches.has(CACHE))) return [];
  const cache = await caches.open(CACHE);
  const files = [];
  for (const request of await cache.keys()) {
    const kept = await cache.match(request);
    const age = Date.now() - Number(kept.headers.get(AT));
    if (!(age >= 0 && age < LASTS_MS)) continue;
    files.push(new File([await kept.blob()], decodeURIComponent(kept.headers.get(NAME) ?? "file")));
  }
  if (!files.length) await forgetFiles();
  return files;
}

export const forgetFiles = () => caches.delete(CACHE);
