// The one place through which the service worker's Background Sync reaches the scan queue.

/** Sends what waits on this phone. Rejects if something still waits, so that the browser tries again. */
export async function drain() {}
