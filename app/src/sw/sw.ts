/**
 * Keeps the shell of the app (page, scripts, worker, wasm) on the device, so that it starts without
 * a network. Data is the engine's business: nothing that the server computes is ever cached here.
 * A new version waits until the app is closed, or until the person wants it and no other window is open:
 * nobody's work is interrupted by an update. What waits to be sent when the app is closed it brings to the
 * server, sealed (docs/decisions/0037-closed-app-and-updates.md).
 *
 * It imports nothing: a browser may not know workers that do.
 */
declare const self: ServiceWorkerGlobalScope;

/** Background Sync, which TypeScript does not know. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}

const version = '__PRECACHE_VERSION__';
const paths = ['__PRECACHE_PATHS__'];
const cacheName = `holdfast-${version}`;
const copiesName = `${cacheName}-copies`;
const denied = /^\/(auth|sync|files|admin|healthz|metrics)(\/|$)/;
const known = new Set(paths);
const isScript = (path: string) => path.endsWith('.js');

/** The same stand in ui/state/closed-names.ts; a test compares them. */
const closed = {
  tag: 'deliver',
  lock: 'closed-app',
  cache: 'closed-app',
  file: '/closed/file',
  taken: '/closed/taken',
};

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(paths.map(requestFor))));
});

/** What has its hash in its name never changes: the page has just loaded it, and it is not sent twice. */
function requestFor(path: string): Request {
  return new Request(path, { cache: path.startsWith('/assets/') ? 'default' : 'reload' });
}

self.addEventListener('activate', (event) => {
  event.waitUntil(
    removeOlder()
      .then(() => copyScripts().catch(() => undefined)) // no room for it
      .then(() => self.clients.claim()),
  );
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
  const match = async (name: string) => (await caches.open(name)).match(path);
  const copy = isScript(path) ? await match(copiesName) : undefined;
  return copy ?? (await match(cacheName)) ?? fetch(request);
}

/**
 * Chromium compiles all of a script that is stored during the installation, and loads all of that at each start: three
 * times what it keeps of a copy that is stored later, of which it keeps what was used. Without the copies the app starts as
 * well, and a little later (docs/decisions/0045-classic-scripts.md).
 */
async function copyScripts(): Promise<void> {
  const [cache, copies] = await Promise.all([caches.open(cacheName), caches.open(copiesName)]);
  for (const path of paths.filter(isScript)) {
    const stored = await cache.match(path);
    if (stored) await copies.put(path, stored);
  }
}

async function removeOlder(): Promise<void> {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith('holdfast-') && !name.startsWith(cacheName));
  await Promise.all(older.map((name) => caches.delete(name)));
}

// ---------------------------------------------------------------- an update that is wanted now

self.addEventListener('message', (event) => {
  if (event.data === 'activate') event.waitUntil(activate(event.ports[0]));
});

/** Another window has the version before, and would miss its parts: then nothing happens. */
async function activate(port: MessagePort | undefined): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const isAlone = windows.length <= 1;
  port?.postMessage(isAlone);
  if (isAlone) await self.skipWaiting();
}

// ---------------------------------------------------------------- the app is closed

self.addEventListener('sync', (event) => {
  const sync = event as SyncEvent;
  if (sync.tag === closed.tag) sync.waitUntil(deliver());
});

/**
 * Brings what was left, as anybody brings a sealed file: each action is done once. From the mark on nobody says that the
 * server has not got it. Rejects where it was not taken: the browser tries again.
 */
function deliver(): Promise<void> {
  return navigator.locks.request(closed.lock, async () => {
    const cache = await caches.open(closed.cache);
    const left = await cache.match(closed.file);
    if (!left) return;
    await cache.put(closed.taken, new Response(''));
    const response = await fetch('/sync/v1/deliver', {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: await left.blob(),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'manual',
    });
    const isJudged = response.headers.get('Holdfast') === '1' && response.status < 429;
    if (!isJudged) throw new Error('later');
    await cache.delete(closed.file);
  });
}

export {};
