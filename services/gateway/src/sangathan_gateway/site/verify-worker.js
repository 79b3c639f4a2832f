// Keeps the page that checks cards, its keys and its status list, so that they are there without network.

const KEPT = "verify-2";
const PATHS = ["/verify", "/verify.css", "/verify.js", "/verify-card.js", "/both.js", "/v1/card-keys", "/v1/card-status-list"];
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(PATHS)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const others = async () => {
    for (const name of await caches.keys()) if (name.startsWith("verify-") && name !== KEPT) await caches.delete(name);
  };
  event.waitUntil(others().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !PATHS.includes(url.pathname)) return;
  event.respondWith(newest(url.pathname));
});

// From the network when it answers in time, and kept; else what was kept last.
async function newest(path) {
  const cache = await caches.open(KEPT);
  try {
    const reply = await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!reply.ok) throw new Error(String(reply.status));
    await cache.put(path, reply.clone());
    return reply;
  } catch (error) {
    const kept = await cache.match(path);
    if (kept) return kept;
    throw error;
  }
}
