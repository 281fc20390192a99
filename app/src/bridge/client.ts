/**
 * The screen's end of the contract in types.ts: calls become promises, live queries become
 * callbacks. It keeps what must be sent again when another tab takes over the engine.
 */
import type { EnginePort } from './spawn.ts';
import type { Calls, DoorSnapshot, EngineError, EngineMessage, Query, Snapshots } from './types.ts';

export type CallName = keyof Calls;
export type Args<N extends CallName> = Calls[N]['args'];
export type Result<N extends CallName> = Calls[N]['result'];
export type SnapshotOf<Q extends Query> = Snapshots[Q['query']];

/** What a refused call throws. */
export class EngineRefusal extends Error {
  readonly error: EngineError;

  constructor(error: EngineError) {
    super(error.code);
    this.name = 'EngineRefusal';
    this.error = error;
  }
}

/** Calls that may be made twice without harm; the others fail when their answer was lost. */
const idempotent: ReadonlySet<CallName> = new Set<CallName>([
  'start',
  'set_offline_mode',
  'dismiss_banner',
  'try_now',
  'platform',
  'retry',
  'discard',
  'end_saving',
  'open_form',
  'set_answer',
  'add_part',
  'remove_part',
  'search_choices',
  'review_form',
  'discard_draft',
  'read_file',
  'drop_file',
  'retry_file',
  'link_file',
  'show_older',
  'fetch_files',
  'subscribe',
  'unsubscribe',
]);

/** Sent again to every new engine, answered or not, in this order. */
const remembered: readonly CallName[] = ['start', 'platform'];

/**
 * Another engine answers from now on. `seen`: the last call of this page that its worker had passed on
 * before; what came later reaches the new engine by itself.
 */
export interface Restarted {
  restarted: true;
  seen: number;
}

/** What comes from before the engine. */
type BeforeEngine = { door: DoorSnapshot } | { again: { home: boolean } };

export interface ClientListener {
  /** How matters stand at the door has changed. */
  onDoor(door: DoorSnapshot): void;
  /** The page has to begin again: `home`, where the app begins. */
  onAgain(home: boolean): void;
}

interface Pending {
  call: CallName;
  args: unknown;
  resolve: (value: unknown) => void;
  reject: (reason: EngineRefusal) => void;
}

interface Subscription {
  query: Query;
  onSnapshot: (snapshot: unknown, blocked: boolean) => void;
}

export class EngineClient {
  readonly #port: EnginePort;
  readonly #listener: ClientListener | undefined;
  readonly #pending = new Map<number, Pending>();
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #last = new Map<CallName, unknown>();
  #nextId = 1;

  constructor(port: EnginePort, listener?: ClientListener) {
    this.#port = port;
    this.#listener = listener;
    port.onmessage = (event) =>
      this.#receive(event.data as EngineMessage | Restarted | BeforeEngine);
  }

  /** `bytes` goes along, and is this page's no longer. */
  call<N extends CallName>(call: N, args: Args<N>, bytes?: ArrayBuffer): Promise<Result<N>> {
    const id = this.#nextId++;
    if (remembered.includes(call)) this.#last.set(call, args);
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { call, args, resolve: resolve as Pending['resolve'], reject });
      if (bytes) this.#port.postMessage({ id, call, args, bytes }, [bytes]);
      else this.#port.postMessage({ id, call, args });
    });
  }

  /** Calls back with every snapshot until the returned function is called. */
  subscribe<Q extends Query>(
    query: Q,
    onSnapshot: (snapshot: SnapshotOf<Q>, blocked: boolean) => void,
  ): () => void {
    const id = this.#nextId++;
    this.#subscriptions.set(id, { query, onSnapshot: onSnapshot as Subscription['onSnapshot'] });
    this.#port.postMessage({ id, call: 'subscribe', args: query });
    return () => {
      if (!this.#subscriptions.delete(id)) return;
      void this.call('unsubscribe', { subscription: id }).catch(() => undefined);
    };
  }

  #receive(message: EngineMessage | Restarted | BeforeEngine): void {
    if ('restarted' in message) {
      this.#sendAgain(message.seen);
    } else if ('door' in message) {
      this.#listener?.onDoor(message.door);
    } else if ('again' in message) {
      this.#listener?.onAgain(message.again.home);
    } else if ('push' in message) {
      this.#subscriptions.get(message.push)?.onSnapshot(message.snapshot, message.blocked);
    } else {
      this.#answer(message);
    }
  }

  #answer(message: Extract<EngineMessage, { reply: number }>): void {
    const pending = this.#pending.get(message.reply);
    if (!pending) return; // a subscription's own "ok", or an answer that came twice
    this.#pending.delete(message.reply);
    if ('error' in message) pending.reject(new EngineRefusal(message.error));
    else
      pending.resolve(
        message.bytes ? { ...(message.ok as object), data: message.bytes } : message.ok,
      );
  }

  #sendAgain(seen: number): void {
    const waiting = [...this.#pending].filter(([id]) => id <= seen);
    for (const call of remembered) {
      const isWaiting = waiting.some(([, pending]) => pending.call === call);
      const args = this.#last.get(call);
      if (args !== undefined && !isWaiting) {
        this.#port.postMessage({ id: this.#nextId++, call, args });
      }
    }
    for (const [id, pending] of waiting) {
      if (idempotent.has(pending.call)) {
        if (pending.call === 'unsubscribe') this.#answer({ reply: id, ok: {} });
        else this.#port.postMessage({ id, call: pending.call, args: pending.args });
      } else {
        this.#answer({ reply: id, error: { code: 'engine.restarted', params: {} } });
      }
    }
    for (const [id, { query }] of this.#subscriptions) {
      if (id <= seen) this.#port.postMessage({ id, call: 'subscribe', args: query });
    }
  }
}
