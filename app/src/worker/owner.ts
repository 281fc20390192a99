/**
 * The tab that owns the databases: runs the engine and serves its own page and the other tabs.
 */
import wasmUrl from '../gen/holdfast.wasm?url';
import { filesFolder, KeyLost, storeKey } from '../store-key.ts';
import { Engine, type DeviceSignals, type Output } from './engine.ts';
import { isSealed, openFiles, type Files } from './files.ts';
import { Transport } from './transport.ts';

/** One page's message, as bridge/client.ts sends it. */
export interface PageCall {
  id: number;
  call: string;
  args: Record<string, unknown>;
  /** Of a file that is attached. */
  bytes?: ArrayBuffer;
}

type Deliver = (tab: string, message: unknown) => void;

/** Engine-wide numbers stand for a page's own, so that two pages never mix theirs up. */
interface Asked {
  tab: string;
  id: number;
  subscription: boolean;
}

export class Owner {
  readonly #deliver: Deliver;
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
  #pumping = false;

  constructor(deliver: Deliver) {
    this.#deliver = deliver;
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
    const isStart = message.call === 'start';
    if (isStart) this.#opening ??= this.#open(message.args as unknown as DeviceSignals);
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
    this.#files = await openFiles(filesFolder, memoryReplica);
    const { persistent, handles } = this.#files;
    try {
      const key = persistent ? await storeKey(isSealed(this.#files)) : undefined;
      const error = engine.open(memoryReplica, key);
      if (error !== 0) throw new Error(`engine error ${error}`);
    } catch (error) {
      for (const handle of handles) handle.close(); // the page may erase them
      throw error;
    }
    this.#engine = engine;
  }

  #running(): Engine {
    if (!this.#engine) throw new Error('engine not open');
    return this.#engine;
  }

  #translate(tab: string, { id, call, args }: PageCall): PageCall {
    const number = this.#next++;
    this.#asked.set(number, { tab, id, subscription: call === 'subscribe' });
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
      if (wait !== null) {
        this.#timer = setTimeout(() => {
          this.#running().timePassed();
          this.#pump();
        }, wait);
      }
    } finally {
      this.#pumping = false;
    }
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
    const asked = this.#asked.get(number);
    if (!asked) return;
    if (message.push !== undefined) {
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
