/**
 * What opens the stores of this phone: a record for each, in IndexedDB, and the name of the one that is
 * used. Nothing in it can be read without the browser's key of the same record
 * (docs/decisions/0026-encryption-at-rest.md, 0036-pin-and-people.md).
 */
import { answerOf, change, openStore } from '../indexed-db.ts';
import type { PinCost } from './pin.ts';
import type { Bytes, Sealed } from './wrap.ts';

/** Of the name of a database, of its store, and of the record of the first person's. */
export const recordsDatabase = 'holdfast-key';
const recordsStore = 'key';
const currentName = 'current';
export const firstStore = 'store';

/** A store's key is sealed in up to three ways; any of them opens it. */
export interface StoreRecord {
  /** The browser's own, which gives its bytes to nobody. */
  by: CryptoKey;
  /** By the browser's key alone. Absent where the store does not open by itself. */
  store: Sealed | null;
  pin?: PinRecord | null;
  /** With what the server gives to whoever has the password, inside the browser's key. */
  recovery?: Sealed | null;
  /** Who it belongs to: a Person, sealed by the browser's key. */
  person?: Sealed | null;
  /** Of that person's actions, when it was counted last. */
  waiting?: number;
  /** The server has said so while it was closed, and its replica is erased (OM36). */
  barred?: boolean;
}

export interface PinRecord {
  salt: Bytes;
  cost: PinCost;
  /** The store's key, sealed with what the PIN gives, inside the browser's key. */
  key: Sealed;
  /** PINs tried since the right one. Counted before they are tried. */
  wrong: number;
  idleMinutes: number;
}

/** Whose a store is: what is shown before it is open. */
export interface Person {
  user: string;
  name: string;
  email: string;
  initials: string;
  color: string;
  /** The number of this store at the server. */
  device: number;
  /** Asks the server whether that device may still be used. Absent: it has not been given yet. */
  door?: string | undefined;
}

export interface Records {
  /** The name of the store that is used. */
  current(): Promise<string>;
  names(): Promise<string[]>;
  read(name: string): Promise<StoreRecord | null>;
  /** Both at once, and on the disk when it resolves. `null` removes; `current` may be left as it is. */
  write(records: Record<string, StoreRecord | null>, current?: string): Promise<void>;
}

/** Where the files of a store are, in the browser's storage of this origin. */
export function folderOf(name: string): string {
  return name.replace(firstStore, 'holdfast');
}

async function inRecords<T>(work: (database: IDBDatabase) => Promise<T>): Promise<T> {
  const database = await openStore(recordsDatabase, recordsStore);
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

const read = (database: IDBDatabase) =>
  database.transaction(recordsStore).objectStore(recordsStore);

export const keptRecords: Records = {
  current: () =>
    inRecords(async (database) => {
      const name = (await answerOf(read(database).get(currentName))) as string | undefined;
      return name ?? firstStore;
    }),
  names: () =>
    inRecords(async (database) => {
      const names = (await answerOf(read(database).getAllKeys())) as string[];
      return names.filter((name) => name !== currentName);
    }),
  read: (name) =>
    inRecords(async (database) => {
      const record = (await answerOf(read(database).get(name))) as StoreRecord | undefined;
      return record ?? null;
    }),
  write: (records, current) =>
    inRecords((database) =>
      change(database, recordsStore, (store) => {
        for (const [name, record] of Object.entries(records)) {
          if (record) store.put(record, name);
          else store.delete(name);
        }
        if (current !== undefined) store.put(current, currentName);
      }),
    ),
};
