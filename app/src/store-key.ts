/**
 * What is kept on this device is encrypted (OM39, docs/decisions/0026-encryption-at-rest.md): the
 * databases of the engine with a key that is kept wrapped, what a page keeps beside them directly. The
 * key that does both is the browser's own, which gives its bytes to nobody, this app included.
 */
import { answerOf, change, openStore, remove } from './indexed-db.ts';

/** Where the engine's files are, in the browser's storage of this origin. */
export const filesFolder = 'holdfast';

const databaseName = 'holdfast-key';
const storeName = 'key';
const recordName = 'store';
const keyBytes = 32;

export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}

/** The key is not there, and what only it can open is: no other key will do. */
export class KeyLost extends Error {}

interface Keys {
  /** Cannot be exported. */
  by: CryptoKey;
  /** The key of the databases. */
  store: Sealed;
}

async function encrypt(by: CryptoKey, bytes: Uint8Array<ArrayBuffer>): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, bytes: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, by, bytes) };
}

async function decrypt(by: CryptoKey, sealed: Sealed): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(
    await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.iv }, by, sealed.bytes),
  );
}

async function makeKeys(): Promise<Keys> {
  const by = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  return { by, store: await encrypt(by, crypto.getRandomValues(new Uint8Array(keyBytes))) };
}

/**
 * The keys that are there, or else these: whoever is first decides for all pages and workers. They are on
 * the disk before anything that only they can read.
 */
function settle(database: IDBDatabase, made: Keys): Promise<Keys> {
  return change(database, storeName, async (store) => {
    const there = (await answerOf(store.get(recordName))) as Keys | undefined;
    if (!there) store.put(made, recordName);
    return there ?? made;
  });
}

async function readKeys(mayMake: boolean): Promise<Keys> {
  const database = await openStore(databaseName, storeName);
  try {
    const read = database.transaction(storeName).objectStore(storeName).get(recordName);
    const there = (await answerOf(read)) as Keys | undefined;
    if (!there && !mayMake) throw new KeyLost();
    return there ?? (await settle(database, await makeKeys()));
  } finally {
    database.close();
  }
}

let reading: Promise<Keys> | null = null;

function keys(mayMake = true): Promise<Keys> {
  const asked = (reading ??= readKeys(mayMake));
  asked.catch(() => (reading = null)); // asked again next time
  return asked;
}

/** The key of the databases. Rejects with KeyLost where there is none, and they are `sealed` with one. */
export async function storeKey(sealed: boolean): Promise<Uint8Array<ArrayBuffer>> {
  const { by, store } = await keys(!sealed);
  try {
    return await decrypt(by, store);
  } catch {
    throw new KeyLost(); // wrapped by another key than the one beside it
  }
}

export async function seal(text: string): Promise<Sealed> {
  return encrypt((await keys()).by, new TextEncoder().encode(text));
}

/** Rejects what was sealed with another key. */
export async function unseal(sealed: Sealed): Promise<string> {
  return new TextDecoder().decode(await decrypt((await keys()).by, sealed));
}

/** Deletes all that was sealed, and what is left of the key. The engine must have closed its files. */
export async function eraseSealed(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(filesFolder, { recursive: true });
  for (const name of ['holdfast', databaseName]) await remove(name);
}
