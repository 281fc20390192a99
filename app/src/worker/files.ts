/**
 * The files under the engine's two databases: origin-private files of the browser, or memory.
 * The engine opens them by name; every handle is opened before the engine starts, because opening
 * is the only thing that the browser cannot do at once.
 */

/** What client/wasm/host.hpp asks for; FileSystemSyncAccessHandle has this shape. */
export interface SyncFile {
  read(into: Uint8Array, options: { at: number }): number;
  write(from: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

const suffixes = ['', '-wal', '-journal'] as const;
const replica = suffixes.map((suffix) => `replica.db${suffix}`);
const outbox = suffixes.map((suffix) => `outbox.db${suffix}`);

/** How long another owner's handles may outlive its lock. */
const takeoverMillis = 10_000;

export interface Files {
  names: string[];
  handles: SyncFile[];
  /** False when the browser gives no storage: all is lost when the app closes. The engine is told. */
  persistent: boolean;
}

const plainHeader = 'SQLite format 3\0';

/** Whether the outbox's file can be read with a key only: it is neither empty nor as anybody reads it. */
export function isSealed({ names, handles }: Files): boolean {
  const head = new Uint8Array(plainHeader.length);
  const size = handles[names.indexOf('outbox.db')]?.read(head, { at: 0 }) ?? 0;
  return size === head.length && new TextDecoder('latin1').decode(head) !== plainHeader;
}

/** Opens what the engine needs. The replica stays in memory on a desktop (OM15). */
export async function openFiles(folder: string, memoryReplica: boolean): Promise<Files> {
  const kept = memoryReplica ? outbox : [...replica, ...outbox];
  const opened = await openKept(folder, kept);
  const names = [...kept];
  const handles = opened ?? kept.map(() => new MemoryFile());
  if (memoryReplica) {
    names.push(...replica);
    handles.push(...replica.map(() => new MemoryFile()));
  }
  return { names, handles, persistent: opened !== null };
}

/** What the server had sent is deleted; what waits stays (OM36). No engine may have begun on them. */
export function emptyReplica({ names, handles }: Files): void {
  for (const name of replica) {
    const handle = handles[names.indexOf(name)];
    handle?.truncate(0);
    handle?.flush();
  }
}

/** The same in a folder that is not open. */
export async function removeReplica(folder: string): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const directory = await root.getDirectoryHandle(folder);
  for (const name of replica) {
    await directory.removeEntry(name).catch((error: unknown) => {
      if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
    });
  }
}

async function openKept(folder: string, names: readonly string[]): Promise<SyncFile[] | null> {
  let directory: FileSystemDirectoryHandle;
  try {
    const root = await navigator.storage.getDirectory();
    directory = await root.getDirectoryHandle(folder, { create: true });
  } catch {
    return null; // private window, or storage denied
  }
  const handles: SyncFile[] = [];
  for (const name of names) {
    const file = await directory.getFileHandle(name, { create: true });
    const handle = 'createSyncAccessHandle' in file ? await openExclusive(file) : null;
    if (!handle) return null;
    handles.push(handle);
  }
  return handles;
}

/**
 * A dying owner's handles can outlive its lock by moments: asks again until they are free. Null in a browser
 * that has them by name only.
 */
async function openExclusive(file: FileSystemFileHandle): Promise<SyncFile | null> {
  const giveUpAt = performance.now() + takeoverMillis;
  for (;;) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      const name = error instanceof DOMException ? error.name : '';
      if (name === 'NotSupportedError') return null;
      if (name !== 'NoModificationAllowedError' || performance.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** A file that is gone when the app closes. Grows by doubling, so that appending is cheap. */
export class MemoryFile implements SyncFile {
  #bytes = new Uint8Array(64 * 1024);
  #size = 0;

  read(into: Uint8Array, { at }: { at: number }): number {
    const end = Math.min(at + into.length, this.#size);
    if (end <= at) return 0;
    into.set(this.#bytes.subarray(at, end));
    return end - at;
  }

  write(from: Uint8Array, { at }: { at: number }): number {
    const end = at + from.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = grown;
    }
    this.#bytes.set(from, at);
    this.#size = Math.max(this.#size, end);
    return from.length;
  }

  truncate(size: number): void {
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }

  getSize(): number {
    return this.#size;
  }

  flush(): void {}
  close(): void {}
}
