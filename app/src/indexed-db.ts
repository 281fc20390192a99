/** IndexedDB in promises. A database of this app has one store. */

export function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('no storage'));
  });
}

export function openStore(database: string, store: string): Promise<IDBDatabase> {
  const request = indexedDB.open(database, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(store);
  return answerOf(request);
}

/** What `work` returns, once all that it has changed is on the disk. */
export async function change<T>(
  database: IDBDatabase,
  store: string,
  work: (store: IDBObjectStore) => T | Promise<T>,
): Promise<T> {
  const transaction = database.transaction(store, 'readwrite', { durability: 'strict' });
  const committed = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('no space'));
  });
  const [value] = await Promise.all([work(transaction.objectStore(store)), committed]);
  return value;
}

/** Deletes a database with all that it holds. Rejects while another window uses it. */
export function remove(database: string): Promise<void> {
  const request = indexedDB.deleteDatabase(database);
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('no storage'));
    request.onblocked = () => reject(new Error('in use'));
  });
}
