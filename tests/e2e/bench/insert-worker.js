// SQLite alone in the page: loads the replica's rows, then inserts them into a new database that is not
// encrypted, and into one that is encrypted as the replica is.

/** The key of the replica, as app/src/store-key.ts keeps it. */
async function replicaKey() {
  const done = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: reject }));
  const database = await done(indexedDB.open('holdfast-key', 1));
  const { by, store } = await done(database.transaction('key').objectStore('key').get('store'));
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: store.iv }, by, store.bytes));
}

async function insert({ wasm }) {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('holdfast');
  const names = ['replica.db', 'plain.db', 'encrypted.db'].flatMap((name) => [name, `${name}-wal`, `${name}-journal`]);
  const handles = [];
  for (const name of names) {
    const file = await folder.getFileHandle(name, { create: true });
    handles.push(await file.createSyncAccessHandle());
  }
  for (const [index, name] of names.entries()) if (!name.startsWith('replica')) handles[index].truncate(0);
  let exports;
  const bytes = (at, size) => new Uint8Array(exports.memory.buffer, at, size);
  const nothing = () => 0;
  const { instance } = await WebAssembly.instantiateStreaming(fetch(wasm), {
    host: {
      file_open: (at, size) => names.indexOf(new TextDecoder().decode(bytes(at, size))),
      file_read: (slot, at, count, offset) => handles[slot].read(bytes(at, count), { at: offset }),
      file_write: (slot, at, count, offset) => (handles[slot].write(bytes(at, count), { at: offset }) === count ? 0 : -2),
      file_truncate: (slot, size) => (handles[slot].truncate(size), 0),
      file_sync: (slot) => (handles[slot].flush(), 0),
      file_size: (slot) => handles[slot].getSize(),
      random: (at, count) => crypto.getRandomValues(bytes(at, count)),
      wall_ms: () => Date.now(),
    },
    wasi_snapshot_preview1: new Proxy({ random_get: (at, count) => (crypto.getRandomValues(bytes(at, count)), 0) }, { get: (known, name) => known[name] ?? nothing }),
  });
  exports = instance.exports;
  exports._initialize();
  const key = await replicaKey();
  const at = exports.hb_alloc(key.length);
  bytes(at, key.length).set(key);
  const rows = exports.hb_load(at, key.length);
  const insertInto = (encrypted) => {
    exports.hb_begin(at, encrypted ? key.length : 0);
    const begin = performance.now();
    exports.hb_insert();
    return (performance.now() - begin) / 1000;
  };
  self.postMessage({ rows, seconds: insertInto(false), encryptedSeconds: insertInto(true) });
}

// Where it fails the page is told: a rejection alone would leave it waiting.
self.onmessage = ({ data }) => insert(data).catch((error) => self.postMessage({ error: String(error?.stack ?? error) }));
