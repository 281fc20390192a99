/**
 * The tab that owns the databases: runs the engine and serves its own page and the other tabs.
 */
import wasmUrl from '../gen/holdfast.wasm?url';
import type { DoorCalls, DoorSnapshot } from '../bridge/door-types.ts';
import type { SessionSnapshot, StatusSnapshot } from '../bridge/types.ts';
import { eraseFolder, KeyLost, storeFolders } from '../store-key.ts';
import { keptRecords } from '../stores/records.ts';
import { Door, type Recovery, Refusal } from './door.ts';
import { Engine, type DeviceSignals, type Output } from './engine.ts';
import { emptyReplica, isSealed, openFiles, removeReplica, type Files } from './files.ts';
import { Idle } from './idle.ts';
import { askBarred, askRecovery } from './recovery.ts';
import { Transport } from './transport.ts';

/** One page's message, as bridge/client.ts sends it. */
export interface PageCall {
  id: number;
  call: string;
  args: Record<string, unknown>;
  /** Of a file that is attached. */
  bytes?: ArrayBuffer;
}

/** What the owner needs of the worker it lives in. */
export interface Around {
  deliver(tab: string, message: unknown): void;
  /** Every window begins again, and this worker ends. */
  restart(home: boolean): void;
}

const doorCalls: ReadonlySet<string> = new Set<keyof DoorCalls>([
  'unlock',
  'open_with_password',
  'lock',
  'set_pin',
  'remove_pin',
  'set_idle',
  'switch_to',
  'forget',
]);

const nothingKept: DoorSnapshot = {
  locked: null,
  here: null,
  others: [],
  pin: null,
  keeps: false,
  drafts: null,
};

/** Engine-wide numbers stand for a page's own, so that two pages never mix theirs up. */
interface Asked {
  tab: string;
  id: number;
  subscription: boolean;
  /** What a live query asks for. */
  query: unknown;
}

export class Owner {
  readonly #deliver: Around['deliver'];
  readonly #door: Door;
  readonly #idle: Idle;
  /** Those that have begun. */
  readonly #tabs = new Set<string>();
  /** Questions of the door, by their number. */
  readonly #own = new Map<number, (answer: unknown) => void>();
  readonly #asked = new Map<number, Asked>();
  readonly #transport: Transport;
  #engine: Engine | null = null;
  #files: Files | null = null;
  #opening: Promise<void> | null = null;
  /** Loaded before anybody asks: the page is loading its screens meanwhile. */
  readonly #module = WebAssembly.compileStreaming(fetch(wasmUrl));
  /** Settles when the first `start` has been handed to the engine: everything else waits for it. */
  readonly #begun: Promise<void>;
  #begin: () => void = () => undefined;
  #next = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Timers that follow one another are late by 4 ms each; a message to oneself stands behind those of the screens. */
  readonly #soon = new MessageChannel();
  #isSoon = false;
  #pumping = false;
  /** Whether what is here is there again after the app was closed. */
  #keeps: boolean | null = null;

  constructor({ deliver, restart }: Around) {
    this.#soon.port2.onmessage = () => {
      this.#isSoon = false;
      if (this.#engine) this.#passTime();
    };
    this.#deliver = deliver;
    this.#door = new Door(keptRecords, {
      told: () => this.#tellDoor(this.#tabs),
      restart,
      closeFiles: () => this.#closeFiles(),
      eraseFolder,
      recovery: () => this.#recovery(),
      askRecovery,
      askBarred,
      eraseReplica: (folder, isUsed) => this.#eraseReplica(folder, isUsed),
    });
    this.#idle = new Idle(
      () => this.#door.idleMinutes,
      () => void this.#door.take('lock', {}).catch(() => undefined),
    );
    this.#begun = new Promise((resolve) => (this.#begin = resolve));
    this.#transport = new Transport(
      () => this.#running(),
      () => this.#pump(),
    );
  }

  /**
   * Takes a page's call. `start` comes first, because it decides where the databases live: what a page
   * sent before it was told that this tab had taken over waits until then.
   */
  async take(tab: string, message: PageCall): Promise<void> {
    if (doorCalls.has(message.call)) return this.#askDoor(tab, message);
    const isStart = message.call === 'start';
    if (isStart) {
      this.#tabs.add(tab);
      this.#tellDoor([tab]);
      this.#opening ??= this.#open(message.args as unknown as DeviceSignals);
    }
    if ('visible' in message.args) this.#idle.see(tab, message.args['visible'] === true);
    try {
      if (!isStart) await this.#begun;
      await this.#opening;
    } catch (error) {
      this.#begin();
      this.#deliver(tab, { reply: message.id, error: openingError(error) });
      return;
    }
    const bytes = message.bytes ? new Uint8Array(message.bytes) : undefined;
    this.#running().call(JSON.stringify(this.#translate(tab, message)), bytes);
    this.#begin();
    this.#pump();
  }

  /** A page is gone: its live queries end. */
  forget(tab: string): void {
    this.#tabs.delete(tab);
    this.#idle.forget(tab);
    for (const [number, asked] of this.#asked) {
      if (asked.tab !== tab) continue;
      this.#asked.delete(number);
      if (asked.subscription && this.#engine) {
        const args = { subscription: number };
        this.#engine.call(JSON.stringify({ id: this.#next++, call: 'unsubscribe', args }));
      }
    }
    if (this.#engine) this.#pump();
  }

  async #open(signals: DeviceSignals): Promise<void> {
    const engine = await Engine.instantiate(await this.#module, () => this.#files!);
    const memoryReplica = !engine.isMobile(signals);
    this.#files = await openFiles(await this.#door.folder(), memoryReplica);
    const { persistent } = this.#files;
    this.#keeps = persistent && !memoryReplica;
    try {
      const key = await this.#key(persistent);
      const error = engine.open(memoryReplica, key);
      if (error !== 0) throw new Error(`engine error ${error}`);
    } catch (error) {
      this.#closeFiles(); // the page may erase them
      throw error;
    }
    this.#engine = engine;
  }

  /** Once the door is open. What does not stay is not encrypted: nobody waits for a key then. */
  async #key(persistent: boolean): Promise<Uint8Array | undefined> {
    if (!persistent) {
      await this.#door.key(false).catch(() => this.#tellDoor(this.#tabs)); // for the windows' own
      return undefined;
    }
    const names = await keptRecords.names();
    const isLeft = names.length === 0 && (await storeFolders()).length > 1;
    return this.#door.key(isLeft || isSealed(this.#files!));
  }

  #closeFiles(): void {
    for (const handle of this.#files?.handles ?? []) handle.close();
  }

  // -------------------------------------------------------------------------- the door

  /** Of a closed store. The files of the one that is used are open, and no engine has begun on them. */
  async #eraseReplica(folder: string, isUsed: boolean): Promise<void> {
    if (!isUsed) await removeReplica(folder);
    else if (this.#files) emptyReplica(this.#files);
  }

  async #askDoor(tab: string, { id, call, args }: PageCall): Promise<void> {
    try {
      await this.#door.take(call as keyof DoorCalls, args);
      this.#deliver(tab, { reply: id, ok: {} });
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal('app.unexpected');
      this.#deliver(tab, { reply: id, error: refusal.error });
    }
  }

  #tellDoor(tabs: Iterable<string>): void {
    const snapshot = this.#door.snapshot();
    if (this.#keeps === null || (this.#keeps && !snapshot)) return;
    const { locked = null, here = null, drafts = null } = snapshot ?? {};
    const door = this.#keeps ? snapshot : { ...nothingKept, locked, here: locked && here, drafts };
    for (const tab of tabs) this.#deliver(tab, { door });
  }

  /** What the server has given for when the store's own key is lost. */
  #recovery(): Promise<Recovery | null> {
    if (!this.#engine) return Promise.resolve(null);
    const id = this.#next++;
    const answered = new Promise<unknown>((resolve) => this.#own.set(id, resolve));
    this.#engine.call(JSON.stringify({ id, call: 'recovery_key', args: {} }));
    this.#pump();
    return answered as Promise<Recovery | null>;
  }

  /** The door knows who is here, and how much waits, from what the screens are told. */
  #overhear(query: unknown, snapshot: unknown): void {
    if (!this.#keeps) return;
    const learned = this.#learn(query, snapshot);
    learned?.catch(() => undefined); // a full disk: told again with the next snapshot
  }

  #learn(query: unknown, snapshot: unknown): Promise<void> | null {
    if (query === 'session') {
      const { signed_in, ended, user } = snapshot as SessionSnapshot;
      if (!signed_in) return ended ? null : this.#door.learn(null);
      if (!user) return null;
      const { id, name, last_name, email, initials, color } = user;
      const whole = `${name} ${last_name}`.trim();
      return this.#door.learn({ user: id, name: whole, email, initials, color });
    }
    if (query === 'status') {
      const { bar, needs_you } = snapshot as StatusSnapshot;
      return this.#door.count(bar.waiting + needs_you);
    }
    return null;
  }

  #running(): Engine {
    if (!this.#engine) throw new Error('engine not open');
    return this.#engine;
  }

  #translate(tab: string, { id, call, args }: PageCall): PageCall {
    const number = this.#next++;
    this.#asked.set(number, { tab, id, subscription: call === 'subscribe', query: args['query'] });
    if (call === 'start') {
      return { id: number, call, args: { ...args, persistent_storage: this.#files!.persistent } };
    }
    if (call !== 'unsubscribe') return { id: number, call, args };
    for (const [known, asked] of this.#asked) {
      if (asked.tab === tab && asked.subscription && asked.id === args['subscription']) {
        this.#asked.delete(known);
        return { id: number, call, args: { subscription: known } };
      }
    }
    return { id: number, call, args: { subscription: 0 } };
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      const engine = this.#running();
      for (let output = engine.poll(); output !== null; output = engine.poll()) this.#carryOut(output);
      const wait = engine.untilDeadline();
      clearTimeout(this.#timer);
      if (wait === 0) this.#passTimeSoon();
      else if (wait !== null) this.#timer = setTimeout(() => this.#passTime(), wait);
    } finally {
      this.#pumping = false;
    }
  }

  #passTime(): void {
    this.#running().timePassed();
    this.#pump();
  }

  #passTimeSoon(): void {
    if (this.#isSoon) return;
    this.#isSoon = true;
    this.#soon.port1.postMessage(null);
  }

  #carryOut(output: Output): void {
    switch (output.kind) {
      case 'post':
        return this.#post(output.json, output.bytes);
      case 'open_socket':
        return this.#transport.open(output.socket);
      case 'send_socket':
        return this.#transport.send(output.socket, output.bytes);
      case 'close_socket':
        return this.#transport.close(output.socket);
      case 'http':
        return this.#transport.request(output);
    }
  }

  #post(json: string, bytes: Uint8Array<ArrayBuffer>): void {
    const message = JSON.parse(json) as { reply?: number; push?: number };
    const number = message.reply ?? message.push ?? 0;
    const own = this.#own.get(number);
    if (own) {
      this.#own.delete(number);
      return own((message as { ok?: unknown }).ok ?? null);
    }
    const asked = this.#asked.get(number);
    if (!asked) return;
    if (message.push !== undefined) {
      this.#overhear(asked.query, (message as { snapshot?: unknown }).snapshot);
      this.#deliver(asked.tab, { ...message, push: asked.id });
      return;
    }
    if (!asked.subscription || 'error' in message) this.#asked.delete(number);
    const reply = { ...message, reply: asked.id };
    this.#deliver(asked.tab, bytes.length === 0 ? reply : { ...reply, bytes: bytes.buffer });
  }
}

function openingError(error: unknown): { code: string; params: Record<string, string> } {
  if (error instanceof KeyLost) return { code: 'app.key_lost', params: {} };
  return { code: 'storage.failed', params: { detail: error instanceof Error ? error.message : '' } };
}
