/**
 * The only place that knows the module's memory: calls into client/wasm/bridge.cpp, outputs out of it.
 */
import type { Files } from './files.ts';

/** What the engine wants done; the kinds are those of client/engine/engine.hpp. */
export type Output =
  | { kind: 'post'; json: string; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'open_socket'; socket: number }
  | { kind: 'send_socket'; socket: number; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'close_socket'; socket: number }
  | {
      kind: 'http';
      request: number;
      method: string;
      path: string;
      contentType: string;
      authorization: string;
      body: Uint8Array<ArrayBuffer>;
      timeoutMillis: number;
      /** Others, a line each: "Upload-Offset: 0\n". */
      headers: string;
    };

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  hf_alloc(bytes: number): number;
  hf_free(at: number): void;
  hf_device_class(mobile: number, coarse: number, touches: number, width: number): number;
  hf_open(memoryReplica: number, key: number, keySize: number, now: number, wall: number): number;
  hf_handle(
    kind: number,
    number: number,
    status: number,
    ours: number,
    at: number,
    size: number,
    now: number,
    wall: number,
  ): void;
  hf_poll(): number;
  hf_deadline(): number;
}

const inputKind = { call: 1, opened: 2, received: 3, closed: 4, answered: 5, time: 6, callWithBytes: 7 } as const;
const fieldCount = 6;
const noBytes = new Uint8Array(0);

export interface DeviceSignals {
  mobile_hint: boolean;
  coarse_pointer: boolean;
  touch_points: number;
  screen_width: number;
}

export class Engine {
  readonly #exports: Exports;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();

  private constructor(exports: Exports) {
    this.#exports = exports;
  }

  /** A fresh instance of the compiled module. `files` may be given later: nothing is opened yet. */
  static async instantiate(module: WebAssembly.Module, files: () => Files): Promise<Engine> {
    const late: { exports?: Exports } = {};
    const memory = () => new Uint8Array(late.exports!.memory.buffer as ArrayBuffer);
    const instance = await WebAssembly.instantiate(module, {
      host: hostImports(memory, files),
      wasi_snapshot_preview1: wasiImports(memory),
    });
    late.exports = instance.exports as unknown as Exports;
    late.exports._initialize();
    return new Engine(late.exports);
  }

  isMobile(signals: DeviceSignals): boolean {
    const { mobile_hint, coarse_pointer, touch_points, screen_width } = signals;
    return (
      this.#exports.hf_device_class(+mobile_hint, +coarse_pointer, touch_points, screen_width) === 1
    );
  }

  /** With the key of the files, or none. Returns 0, or the number of an error of spec/errors.toml. */
  open(memoryReplica: boolean, key: Uint8Array = noBytes): number {
    const at = this.#put(key);
    const error = this.#exports.hf_open(+memoryReplica, at, key.length, performance.now(), Date.now());
    this.#exports.hf_free(at);
    return error;
  }

  call(json: string, bytes: Uint8Array = noBytes): void {
    const text = this.#encoder.encode(json);
    if (bytes.length === 0) this.#handle(inputKind.call, 0, 0, false, text);
    else this.#handle(inputKind.callWithBytes, text.length, 0, false, text, bytes);
  }
  socketOpened(socket: number): void {
    this.#handle(inputKind.opened, socket, 0, false, noBytes);
  }
  socketReceived(socket: number, bytes: Uint8Array): void {
    this.#handle(inputKind.received, socket, 0, false, bytes);
  }
  socketClosed(socket: number): void {
    this.#handle(inputKind.closed, socket, 0, false, noBytes);
  }
  httpAnswered(request: number, status: number, ours: boolean, body: Uint8Array): void {
    this.#handle(inputKind.answered, request, status, ours, body);
  }
  timePassed(): void {
    this.#handle(inputKind.time, 0, 0, false, noBytes);
  }

  /** Milliseconds until `timePassed` is wanted, or null. */
  untilDeadline(): number | null {
    const deadline = this.#exports.hf_deadline();
    return deadline < 0 ? null : Math.max(0, deadline - performance.now());
  }

  poll(): Output | null {
    const at = this.#exports.hf_poll();
    const view = new DataView(this.#exports.memory.buffer);
    const kind = view.getUint32(at, true);
    const number = view.getUint32(at + 4, true);
    const field = (index: number): Uint8Array<ArrayBuffer> => {
      if (index >= fieldCount) throw new RangeError('field');
      const start = view.getUint32(at + 12 + 8 * index, true);
      const size = view.getUint32(at + 16 + 8 * index, true);
      return new Uint8Array(this.#exports.memory.buffer, start, size).slice() as Uint8Array<ArrayBuffer>;
    };
    const text = (index: number) => this.#decoder.decode(field(index));
    switch (kind) {
      case 1:
        return { kind: 'post', json: text(0), bytes: field(1) };
      case 2:
        return { kind: 'open_socket', socket: number };
      case 3:
        return { kind: 'send_socket', socket: number, bytes: field(0) };
      case 4:
        return { kind: 'close_socket', socket: number };
      case 5:
        return {
          kind: 'http',
          request: number,
          method: text(0),
          path: text(1),
          contentType: text(2),
          authorization: text(3),
          body: field(4),
          timeoutMillis: view.getUint32(at + 8, true),
          headers: text(5),
        };
      default:
        return null;
    }
  }

  #handle(
    kind: number,
    number: number,
    status: number,
    ours: boolean,
    bytes: Uint8Array,
    behind: Uint8Array = noBytes,
  ): void {
    const size = bytes.length + behind.length;
    const at = this.#put(bytes, behind);
    const now = performance.now();
    this.#exports.hf_handle(kind, number, status, +ours, at, size, now, Date.now());
    this.#exports.hf_free(at);
  }

  /** Where the module finds the bytes; to be freed. 0 for none. */
  #put(bytes: Uint8Array, behind: Uint8Array = noBytes): number {
    const size = bytes.length + behind.length;
    if (size === 0) return 0;
    const at = this.#exports.hf_alloc(size);
    const memory = new Uint8Array(this.#exports.memory.buffer);
    memory.set(bytes, at);
    memory.set(behind, at + bytes.length);
    return at;
  }
}

function hostImports(memory: () => Uint8Array<ArrayBuffer>, files: () => Files): WebAssembly.ModuleImports {
  const handle = (slot: number) => files().handles[slot]!;
  const attempt = (work: () => number): number => {
    try {
      return work();
    } catch (error) {
      return error instanceof DOMException && error.name === 'QuotaExceededError' ? -2 : -1;
    }
  };
  return {
    file_open: (at: number, size: number) =>
      files().names.indexOf(new TextDecoder().decode(memory().subarray(at, at + size))),
    file_read: (slot: number, at: number, count: number, offset: number) =>
      attempt(() => handle(slot).read(memory().subarray(at, at + count), { at: offset })),
    file_write: (slot: number, at: number, count: number, offset: number) =>
      attempt(() => {
        const written = handle(slot).write(memory().subarray(at, at + count), { at: offset });
        return written === count ? 0 : -2;
      }),
    file_truncate: (slot: number, size: number) =>
      attempt(() => {
        handle(slot).truncate(size);
        return 0;
      }),
    file_sync: (slot: number) =>
      attempt(() => {
        handle(slot).flush();
        return 0;
      }),
    file_size: (slot: number) => attempt(() => handle(slot).getSize()),
    random: (at: number, count: number) => {
      crypto.getRandomValues(memory().subarray(at, at + count));
    },
    wall_ms: () => Date.now(),
  };
}

/** The C library's few system calls: randomness for encryption, and the text of an assertion. */
function wasiImports(memory: () => Uint8Array<ArrayBuffer>): WebAssembly.ModuleImports {
  const notSupported = () => 52; // ENOSYS
  const write = (_fd: number, vectors: number, count: number, written: number): number => {
    const bytes = memory();
    const view = new DataView(bytes.buffer);
    let text = '';
    let total = 0;
    for (let index = 0; index < count; index += 1) {
      const at = view.getUint32(vectors + 8 * index, true);
      const size = view.getUint32(vectors + 8 * index + 4, true);
      text += new TextDecoder().decode(bytes.subarray(at, at + size));
      total += size;
    }
    view.setUint32(written, total, true);
    if (text.trim() !== '') console.error(text.trimEnd());
    return 0;
  };
  const random = (at: number, count: number): number => {
    crypto.getRandomValues(memory().subarray(at, at + count));
    return 0;
  };
  const exit = (code: number) => {
    throw new Error(`engine exit ${code}`);
  };
  const known: Record<string, (...args: number[]) => number> = {
    fd_write: write as (...args: number[]) => number,
    proc_exit: exit as (...args: number[]) => number,
    random_get: random,
  };
  return new Proxy(known, { get: (target, name: string) => target[name] ?? notSupported });
}
