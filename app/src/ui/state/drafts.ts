/**
 * What was typed and not sent yet, by person and channel.
 *
 * Where Offline Mode may keep data on the device a draft is in IndexedDB, which has handed it to the
 * operating system when it answers: localStorage is written seconds later, and an app that is killed
 * meanwhile loses it. Elsewhere (a desktop, OM15) a draft lives as long as its window. Both lie on the
 * disk, and are sealed (OM39).
 */
import type { Id } from '../../bridge/types.ts';
import { answerOf, change, openStore } from '../../indexed-db.ts';
import { seal, type Sealed, unseal } from '../../store-key.ts';

export interface Draft {
  text: string;
  replyTo: { id: Id; author: string; text: string }[];
}

const noDraft: Draft = { text: '', replyTo: [] };
const store = 'drafts';
const prefix = 'holdfast.draft.';

/** Two drafts of one message, the older first. */
export function joinDrafts(older: Draft, newer: Draft): Draft {
  const text = older.text && newer.text ? `${older.text}\n${newer.text}` : older.text + newer.text;
  return { text, replyTo: [...older.replyTo, ...newer.replyTo] };
}

export function isEmptyDraft(draft: Draft): boolean {
  return draft.text === '' && draft.replyTo.length === 0;
}

/**
 * The draft of one channel in one window. It writes only what was changed in this window: another
 * window's draft of the same channel is never erased by a field that nobody touched.
 */
export class DraftKeeper {
  readonly #key: [Id, Id];
  #last = JSON.stringify(noDraft);
  #isKept = true;
  /** Sealing takes a moment: what was written first is kept first. */
  #written: Promise<void> = Promise.resolve();

  constructor(user: Id, channel: Id) {
    this.#key = [user, channel];
  }

  async read(): Promise<Draft> {
    const held = sessionStorage.getItem(sessionKey(this.#key));
    this.#isKept = held === null;
    const draft = held === null ? await readKept(this.#key) : await readHeld(held);
    this.#last = JSON.stringify(draft);
    return draft;
  }

  /** `mayKeep`: Offline Mode may keep data on this device. A draft that is kept already stays kept. */
  write(draft: Draft, mayKeep: boolean): void {
    const text = JSON.stringify(draft);
    const isMoving = mayKeep && !this.#isKept && !isEmptyDraft(draft);
    if (text === this.#last && !isMoving) return;
    this.#last = text;
    this.#isKept = mayKeep;
    const work = isEmptyDraft(draft) ? () => this.#remove() : () => this.#store(text, mayKeep);
    this.#written = this.#written.then(work).catch(() => undefined);
  }

  /** Adds to what is there. Rejects where it could not be kept. */
  async add(more: Draft, mayKeep: boolean): Promise<void> {
    await this.#store(JSON.stringify(joinDrafts(await this.read(), more)), mayKeep);
  }

  async #store(text: string, mayKeep: boolean): Promise<void> {
    const sealed = await seal(text);
    if (mayKeep) {
      try {
        await change(await database(), store, (drafts) => drafts.put(sealed, this.#key));
        return sessionStorage.removeItem(sessionKey(this.#key));
      } catch {
        this.#isKept = false; // a full disk: held as long as the window lives
      }
    }
    sessionStorage.setItem(sessionKey(this.#key), textOf(sealed));
  }

  async #remove(): Promise<void> {
    sessionStorage.removeItem(sessionKey(this.#key));
    await change(await database(), store, (drafts) => drafts.delete(this.#key));
  }
}

export async function countDrafts(user: Id): Promise<number> {
  const held = Object.keys(sessionStorage).filter((key) => key.startsWith(`${prefix}${user}.`));
  const drafts = (await database()).transaction(store).objectStore(store);
  return held.length + (await answerOf(drafts.count(ofUser(user))));
}

/** For when the person signs out. */
export async function eraseDrafts(user: Id): Promise<void> {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(`${prefix}${user}.`)) sessionStorage.removeItem(key);
  }
  await change(await database(), store, (drafts) => drafts.delete(ofUser(user)));
}

function sessionKey([user, channel]: [Id, Id]): string {
  return `${prefix}${user}.${channel}`;
}

/** Every key of this person: an empty list stands behind all ids. */
function ofUser(user: Id): IDBKeyRange {
  return IDBKeyRange.bound([user], [user, []]);
}

let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  const opening = (opened ??= openStore('holdfast', store));
  opening.catch(() => (opened = null)); // asked again next time
  return opening;
}

async function readKept(key: [Id, Id]): Promise<Draft> {
  try {
    const drafts = (await database()).transaction(store).objectStore(store);
    const sealed = (await answerOf(drafts.get(key))) as Sealed | undefined;
    return sealed ? await open(sealed) : noDraft;
  } catch {
    return noDraft; // no storage in this window
  }
}

async function open(sealed: Sealed): Promise<Draft> {
  return JSON.parse(await unseal(sealed)) as Draft;
}

/** A sealed draft as the session's storage takes it, which takes text. */
function textOf({ iv, bytes }: Sealed): string {
  return JSON.stringify([iv, new Uint8Array(bytes)].map((part) => [...part]));
}

async function readHeld(text: string): Promise<Draft> {
  try {
    const [iv, bytes] = JSON.parse(text) as [number[], number[]];
    return await open({ iv: new Uint8Array(iv), bytes: new Uint8Array(bytes).buffer });
  } catch {
    return noDraft; // sealed with keys that are gone
  }
}
