// Served as /sw.js when FIRSTHAND_SERVICE_WORKER is off: takes the place of any service worker that
// is out there, removes what it kept (never the scans, which are in IndexedDB) and itself.
self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      const ours = names.filter((name) => name.startsWith("firsthand-"));
      await Promise.all(ours.map((name) => caches.delete(name)));
      await self.clients.claim();
      await self.registration.unregister();
    })(),
  );
});
