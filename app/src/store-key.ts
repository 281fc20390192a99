/**
 * What is kept on this device is encrypted (OM39, docs/decisions/0026-encryption-at-rest.md): the databases
 * of the engine with the key of a store (worker/door.ts), and what a page keeps beside them with a key that
 * comes of that one.
 */
import { remove } from './indexed-db.ts';
import { firstStore, folderOf, keptRecords, recordsDatabase } from './stores/records.ts';
import { decrypt, encrypt, makeBrowserKey, type Sealed } from './stores/wrap.ts';

export type { Sealed };

/** The key is not there, and what only it can open is: no other key will do. */
export class KeyLost extends Error {}

let giveKey: (key: CryptoKey) => void;
let key = new Promise<CryptoKey>((resolve) => (giveKey = resolve));

/** From now on this page seals with it; null: with one that is gone when the page is. */
export function sealWith(given: CryptoKey | null): void {
  const next = given ? Promise.resolve(given) : makeBrowserKey();
  void next.then(giveKey);
  key = next;
}

export async function seal(text: string): Promise<Sealed> {
  return encrypt(await key, new TextEncoder().encode(text));
}

/** Rejects what was sealed with another key. */
export async function unseal(sealed: Sealed): Promise<string> {
  const bytes = await decrypt(await key, sealed).catch(() => unsealOld(sealed));
  return new TextDecoder().decode(bytes);
}

/** As versions before PINs sealed it. */
async function unsealOld(sealed: Sealed) {
  const record = await keptRecords.read(firstStore);
  if (!record) throw new KeyLost();
  return decrypt(record.by, sealed);
}

export async function eraseFolder(folder: string): Promise<void> {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(folder, { recursive: true }).catch((error: unknown) => {
    if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
  });
}

/** Deletes all that was sealed, and what is left of the keys. The engine must have closed its files. */
export async function eraseSealed(): Promise<void> {
  for (const name of await storeFolders()) await eraseFolder(name);
  for (const name of ['holdfast', recordsDatabase]) await remove(name);
}

/** The folders of all stores, also of those whose record is gone. */
export async function storeFolders(): Promise<string[]> {
  const root = await navigator.storage.getDirectory();
  const folders: string[] = [];
  for await (const name of root.keys()) {
    if (name.startsWith(folderOf(firstStore))) folders.push(name);
  }
  return folders;
}
