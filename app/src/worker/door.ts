/**
 * What stands before the engine: which person's store is used, and what opens it (OM36, OM39,
 * docs/decisions/0036-pin-and-people.md). The key of a store is here and in the engine while it is open,
 * and nowhere else.
 */
import type { DoorCalls, DoorSnapshot, PersonHere } from '../bridge/door-types.ts';
import type { EngineError } from '../bridge/types.ts';
import {
  firstStore,
  folderOf,
  type Person,
  type PinRecord,
  type Records,
  type StoreRecord,
} from '../stores/records.ts';
import { pinCost, pinTriesMax, stretchPin, waitMillis } from '../stores/pin.ts';
import {
  type Bytes,
  decrypt,
  decryptTwice,
  encrypt,
  encryptTwice,
  keyFor,
  makeBrowserKey,
  randomBytes,
} from '../stores/wrap.ts';
import { KeyLost } from '../store-key.ts';

const keyBytes = 32;
const saltBytes = 16;
const idleMinutesDefault = 5;
/** How often it is asked whether what is closed may still be used; and once more where nobody answered. */
const heedMillis = 10 * 60_000;
const heedAgainMillis = 60_000;

/** What a call is refused with. */
export class Refusal extends Error {
  readonly error: EngineError;
  constructor(code: string, params: EngineError['params'] = {}) {
    super(code);
    this.error = { code, params };
  }
}

export interface Recovery {
  /** Secret: what the server gives to whoever has the password. */
  key: string;
  device: number;
  /** Secret: asks whether the device may still be used. Empty: an older server gives none. */
  door: string;
}

/** What the door needs of the worker. */
export interface DoorHost {
  /** How matters stand has changed. */
  told(): void;
  /** Every window begins again, `home`: where the app begins; this worker ends. */
  restart(home: boolean): void;
  /** Nothing is open any more in the folder that is used. */
  closeFiles(): void;
  eraseFolder(folder: string): Promise<void>;
  /** What the engine has of the server's; null: nothing yet. */
  recovery(): Promise<Recovery | null>;
  /** The same, asked of the server. Rejects with a Refusal. */
  askRecovery(person: Person, password: string): Promise<string>;
  /** Whether a device may not be used any more. Rejects where the server does not say. */
  askBarred(door: string): Promise<boolean>;
  /** Deletes what the server had sent to a store that is closed. `isUsed`: the one whose files are open. */
  eraseReplica(folder: string, isUsed: boolean): Promise<void>;
}

/** A person as the engine knows them. */
type Who = Omit<Person, 'device' | 'door'>;
type Calls = { [N in keyof DoorCalls]: (args: DoorCalls[N]['args']) => Promise<void> };

export class Door {
  readonly #records: Records;
  readonly #host: DoorHost;
  readonly #cost: typeof pinCost;
  #name = firstStore;
  #record: StoreRecord | null = null;
  #key: Bytes | null = null;
  #drafts: CryptoKey | null = null;
  #opened: (key: Bytes) => void = () => undefined;
  /** performance.now() from which on a PIN is taken. Begins anew with the worker: no clock is kept. */
  #takesPinAt = 0;
  #others: PersonHere[] = [];
  #person: Person | null = null;
  /** One call after the other: no two PINs are tried at once. */
  #last: Promise<unknown> = Promise.resolve();

  /** `cost`: of a PIN that is chosen from now on. */
  constructor(records: Records, host: DoorHost, cost = pinCost) {
    this.#records = records;
    this.#host = host;
    this.#cost = cost;
  }

  /** The folder of the store that is used. */
  async folder(): Promise<string> {
    this.#name = await this.#records.current().catch(() => firstStore); // no storage in this window
    return folderOf(this.#name);
  }

  /**
   * The key of the store, once it is open: at once, or when somebody has opened it. Rejects with KeyLost where
   * there is none, and the files are `sealed` with one.
   */
  async key(sealed: boolean): Promise<Bytes> {
    this.#record = await this.#records.read(this.#name);
    if (!this.#record && sealed) throw new KeyLost();
    this.#record ??= await this.#make();
    await this.#readPeople();
    if (this.#record.pin) this.#takesPinAt = performance.now() + waitMillis(this.#record.pin.wrong);
    const opened = new Promise<Bytes>((resolve) => (this.#opened = resolve));
    const { by, store } = this.#record;
    if (store) {
      try {
        await this.#open(await decrypt(by, store));
      } catch {
        throw new KeyLost(); // wrapped by another key than the one beside it
      }
    }
    this.#host.told();
    void this.#heed();
    return opened;
  }

  /** Null before `key` was asked for. */
  snapshot(): DoorSnapshot | null {
    const record = this.#record;
    if (!record) return null;
    const wait = Math.max(0, this.#takesPinAt - performance.now());
    const locked = { by: record.pin ? 'pin' : 'password', wait_ms: wait } as const;
    return {
      locked: this.#key ? null : locked,
      here: this.#person && here(this.#name, this.#person, record),
      others: this.#others,
      pin: record.pin ? { idle_minutes: record.pin.idleMinutes } : null,
      keeps: true,
      drafts: this.#drafts,
    };
  }

  /** Minutes without a visible window after which the store is locked; null: it is not. */
  get idleMinutes(): number | null {
    return this.#key && this.#record?.pin ? this.#record.pin.idleMinutes : null;
  }

  take(call: keyof DoorCalls, args: object): Promise<void> {
    return this.#inTurn(() => (this.#calls[call] as (args: object) => Promise<void>)(args));
  }

  /** Who is signed in: whose name is shown at the door. Null: what was here is erased, its PIN too. */
  learn(who: Who | null): Promise<void> {
    return this.#inTurn(async () => {
      if (who) await this.#keepPerson(who);
      else if (this.#person) await this.#keepNobody();
    });
  }

  /** Actions that wait. */
  count(waiting: number): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#person && this.#record?.waiting !== waiting) await this.#save({ waiting });
    });
  }

  readonly #calls: Calls = {
    unlock: async ({ pin }) => this.#open(await this.#tryPin(pin)),
    open_with_password: async ({ store, password }) => {
      const record = await this.#records.read(store);
      if (!record?.recovery) throw new Refusal('app.not_recoverable');
      const person = await personOf(record);
      const secret = await this.#host.askRecovery(person!, password);
      const key = await unwrapRecovery(record, secret);
      const opened = { ...record, store: await encrypt(record.by, key), pin: null };
      const isHere = store === this.#name;
      if (!isHere) return this.#go(store, { ...(await this.#left()), [store]: opened });
      await this.#save(opened);
      await this.#open(key);
    },
    lock: async () => {
      if (this.#record?.pin) this.#host.restart(false);
    },
    set_pin: async ({ pin, old }) => {
      const key = await this.#keyForPinChange(old);
      await this.#keepRecovery();
      const salt = randomBytes(saltBytes);
      const inside = await keyFor('pin', await stretchPin(pin, salt, this.#cost));
      const wrapped = await encryptTwice(this.#mine().by, inside, key);
      const idleMinutes = this.#record?.pin?.idleMinutes ?? idleMinutesDefault;
      const made = { salt, cost: this.#cost, key: wrapped, wrong: 0, idleMinutes };
      await this.#save({ pin: made, store: null });
    },
    remove_pin: async ({ old }) => {
      const key = await this.#keyForPinChange(old);
      await this.#save({ pin: null, store: await encrypt(this.#mine().by, key) });
    },
    set_idle: async ({ minutes }) => {
      const { pin } = this.#mine();
      if (pin) await this.#save({ pin: { ...pin, idleMinutes: minutes } });
    },
    switch_to: async ({ store }) => {
      const names = await this.#records.names();
      if (store !== null && !names.includes(store)) throw new Refusal('app.unexpected');
      await this.#go(store ?? freshName(names), await this.#left());
    },
    forget: async ({ store }) => {
      const isHere = store === this.#name;
      if (isHere && this.#key) throw new Refusal('app.unexpected'); // signing out erases it
      if (isHere) this.#host.closeFiles();
      await this.#host.eraseFolder(folderOf(store));
      const next = isHere ? freshName(await this.#records.names()) : this.#name;
      await this.#go(next, { [store]: null });
    },
  };

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #make(): Promise<StoreRecord> {
    const by = await makeBrowserKey();
    const made = { by, store: await encrypt(by, randomBytes(keyBytes)) };
    await this.#records.write({ [this.#name]: made });
    return made;
  }

  async #open(key: Bytes): Promise<void> {
    this.#drafts = await keyFor('drafts', key);
    this.#key = key;
    this.#opened(key);
    this.#host.told();
  }

  /** The record of a store that is open. */
  #mine(): StoreRecord {
    if (!this.#record || !this.#key) throw new Refusal('app.unexpected');
    return this.#record;
  }

  async #save(change: Partial<StoreRecord>): Promise<void> {
    const record = { ...this.#record!, ...change };
    await this.#records.write({ [this.#name]: record });
    this.#record = record;
    this.#host.told();
  }

  /** The key under this PIN. A try is on the disk before it is one: a kill gives no try back. */
  async #tryPin(pin: string): Promise<Bytes> {
    const record = this.#record;
    if (!record?.pin) throw new Refusal('app.pin_gone');
    const wait = this.#takesPinAt - performance.now();
    if (wait > 0) throw new Refusal('app.pin_wait', { seconds: Math.ceil(wait / 1000) });
    const tried: PinRecord = { ...record.pin, wrong: record.pin.wrong + 1 };
    await this.#save({ pin: tried });
    const key = await unwrapPin(record.by, tried, pin);
    if (key) {
      await this.#save({ pin: { ...tried, wrong: 0 } });
      return key;
    }
    const left = pinTriesMax - tried.wrong;
    this.#takesPinAt = performance.now() + waitMillis(tried.wrong);
    if (left > 0) this.#host.told();
    else await this.#save({ pin: null });
    throw left > 0 ? new Refusal('app.pin_wrong', { left }) : new Refusal('app.pin_gone');
  }

  /** The key of the open store; where it has a PIN, only for who knows that. */
  async #keyForPinChange(old: string): Promise<Bytes> {
    const { pin } = this.#mine();
    return pin ? this.#tryPin(old) : this.#key!;
  }

  /** Without it a forgotten PIN, or a store that is left, would be lost with what waits in it. */
  async #keepRecovery(): Promise<void> {
    const { by, recovery } = this.#mine();
    const given = await this.#host.recovery();
    if (!given) {
      if (!recovery) throw new Refusal('app.not_recoverable');
      return;
    }
    const { device, door } = given;
    const isKnown = this.#person?.device === device && this.#person.door === door;
    if (recovery && isKnown && (await opens(this.#record!, given))) return;
    const sealed = await encryptTwice(by, await recoveryKey(given.key), this.#key!);
    if (this.#person) this.#person = { ...this.#person, device, door };
    const person = this.#person && (await sealPerson(by, this.#person));
    await this.#save({ recovery: sealed, person });
  }

  async #keepPerson(who: Who): Promise<void> {
    const before = this.#person;
    if (before && before.user !== who.user) await this.#keepNobody();
    const { device = 0, door } = this.#person ?? {};
    const person: Person = { ...who, device, door };
    if (JSON.stringify(person) !== JSON.stringify(this.#person)) {
      this.#person = person;
      await this.#save({ person: await sealPerson(this.#mine().by, person) });
    }
    await this.#keepRecovery().catch(() => undefined); // the server gives it later
  }

  async #keepNobody(): Promise<void> {
    const { by } = this.#mine();
    this.#person = null;
    const store = await encrypt(by, this.#key!);
    await this.#save({ store, pin: null, recovery: null, person: null, waiting: 0 });
  }

  /** The record of this store for when somebody else is here: one that nobody used is not kept. */
  async #left(): Promise<Record<string, StoreRecord | null>> {
    if (!this.#key) return {};
    if (!this.#person) {
      this.#host.closeFiles();
      await this.#host.eraseFolder(folderOf(this.#name));
      return { [this.#name]: null };
    }
    await this.#keepRecovery();
    return { [this.#name]: { ...this.#mine(), store: null } };
  }

  async #go(name: string, records: Record<string, StoreRecord | null>): Promise<void> {
    await this.#records.write(records, name);
    this.#host.restart(name !== this.#name);
  }

  // ------------------------------------------------------------------------ while it is closed

  /**
   * Asks of every closed store whether it may still be used (OM36); of an open one its engine hears it. Again and again:
   * a phone may lie at its closed door for days.
   */
  async #heed(): Promise<void> {
    let isHeard = true;
    for (const name of await this.#records.names().catch(() => [])) {
      const heard = await this.#heedOne(name).then(
        () => true,
        () => false, // no connection, or a full disk
      );
      isHeard &&= heard;
    }
    setTimeout(() => void this.#heed(), isHeard ? heedMillis : heedAgainMillis);
  }

  async #heedOne(name: string): Promise<void> {
    const record = await this.#closed(name);
    const door = record && (await personOf(record))?.door;
    if (!record || !door) return;
    const barred = await this.#host.askBarred(door);
    if (barred !== (record.barred ?? false)) await this.#inTurn(() => this.#bar(name, barred));
  }

  /** The record of a store, unless that is open. */
  async #closed(name: string): Promise<StoreRecord | null> {
    return name === this.#name && this.#key ? null : this.#records.read(name);
  }

  async #bar(name: string, barred: boolean): Promise<void> {
    const record = await this.#closed(name);
    if (!record) return;
    if (barred) await this.#host.eraseReplica(folderOf(name), name === this.#name);
    await this.#records.write({ [name]: { ...record, barred } });
    if (name === this.#name) this.#record = { ...record, barred };
    await this.#readPeople();
    this.#host.told();
  }

  async #readPeople(): Promise<void> {
    this.#person = this.#record && (await personOf(this.#record));
    this.#others = [];
    for (const name of await this.#records.names()) {
      const record = name === this.#name ? null : await this.#records.read(name);
      const person = record && (await personOf(record));
      if (person) this.#others.push(here(name, person, record));
    }
  }
}

function here(store: string, person: Person, record: StoreRecord): PersonHere {
  const { user, name, email, initials, color } = person;
  const { waiting = 0, barred = false } = record;
  return { store, user, name, email, initials, color, waiting, barred };
}

/** A name that no store has; the first store's if it is free. */
function freshName(names: string[]): string {
  if (!names.includes(firstStore)) return firstStore;
  return `${firstStore}-${[...randomBytes(8)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

async function unwrapPin(by: CryptoKey, record: PinRecord, pin: string): Promise<Bytes | null> {
  if (pin === '') return null; // nothing to stretch
  const inside = await keyFor('pin', await stretchPin(pin, record.salt, record.cost));
  return decryptTwice(by, inside, record.key).catch(() => null);
}

const recoveryKey = (secret: string) => keyFor('recovery', new TextEncoder().encode(secret));

async function unwrapRecovery({ by, recovery }: StoreRecord, secret: string): Promise<Bytes> {
  try {
    return await decryptTwice(by, await recoveryKey(secret), recovery!);
  } catch {
    throw new Refusal('app.not_recoverable'); // the server has another key now
  }
}

function opens(record: StoreRecord, { key }: Recovery): Promise<boolean> {
  return unwrapRecovery(record, key).then(
    () => true,
    () => false,
  );
}

async function sealPerson(by: CryptoKey, person: Person) {
  return encrypt(by, new TextEncoder().encode(JSON.stringify(person)));
}

async function personOf({ by, person }: StoreRecord): Promise<Person | null> {
  if (!person) return null;
  return JSON.parse(new TextDecoder().decode(await decrypt(by, person))) as Person;
}
