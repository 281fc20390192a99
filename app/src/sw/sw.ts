/**
 * Keeps the shell of the app (page, scripts, worker, wasm) on the device, so that it starts without
 * a network. Data is the engine's business: nothing that the server computes is ever cached here.
 * A new version waits until the app is closed: nobody's work is interrupted by an update.
 */
declare const self: ServiceWorkerGlobalScope;

const version = '__PRECACHE_VERSION__';
const paths = ['__PRECACHE_PATHS__'];
const cacheName = `holdfast-${version}`;
const denied = /^\/(auth|sync|files|admin|healthz|metrics)(\/|$)/;
const known = new Set(paths);

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(paths.map(requestFor))));
});

/** What has its hash in its name never changes: the page has just loaded it, and it is not sent twice. */
function requestFor(path: string): Request {
  return new Request(path, { cache: path.startsWith('/assets/') ? 'default' : 'reload' });
}

self.addEventListener('activate', (event) => {
  event.waitUntil(removeOlder().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (denied.test(url.pathname)) return;
  if (known.has(url.pathname)) event.respondWith(fromCache(url.pathname, request));
  else if (request.mode === 'navigate') event.respondWith(fromCache('/', request));
});

async function fromCache(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  return (await cache.match(path)) ?? fetch(request);
}

async function removeOlder(): Promise<void> {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith('holdfast-') && name !== cacheName);
  await Promise.all(older.map((name) => caches.delete(name)));
}

export {};
