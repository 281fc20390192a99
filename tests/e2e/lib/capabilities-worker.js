// What this browser gives the app, tried out where the app's engine stands: in a module worker.

const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Whether bytes that are written to a file of this origin can be read from it at once. */
async function syncFiles() {
  const folder = await navigator.storage.getDirectory();
  const file = await folder.getFileHandle('asked', { create: true });
  const handle = await file.createSyncAccessHandle();
  const read = new Uint8Array(3);
  handle.write(new Uint8Array([1, 2, 3]), { at: 0 });
  handle.flush();
  handle.read(read, { at: 0 });
  handle.close();
  return read.join() === '1,2,3';
}

/** Whether a key that nobody can read comes back from IndexedDB and opens what it has closed. */
async function keptKey() {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const opening = indexedDB.open('asked', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('keys');
  const database = await answer(opening);
  await answer(database.transaction('keys', 'readwrite').objectStore('keys').put(key, 'one'));
  const kept = await answer(database.transaction('keys').objectStore('keys').get('one'));
  const cipher = { name: 'AES-GCM', iv: new Uint8Array(12) };
  const closed = await crypto.subtle.encrypt(cipher, key, new Uint8Array([7]));
  return !kept.extractable && new Uint8Array(await crypto.subtle.decrypt(cipher, kept, closed))[0] === 7;
}

const locks = () => navigator.locks.request('asked', () => true);
const tabs = () => typeof BroadcastChannel === 'function';

const tried = Object.entries({ syncFiles, keptKey, locks, tabs }).map(async ([name, attempt]) => {
  try {
    return [name, await attempt()];
  } catch {
    return [name, false];
  }
});
self.postMessage(Object.fromEntries(await Promise.all(tried)));
