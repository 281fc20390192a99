/** Files on their way from the person's hand to the engine's disk, and back to the screen. */
import type { EngineError, FileCard, Id } from '../../bridge/types.ts';
import { attempt, call, refusalOf } from '../state/engine.svelte.ts';
import { prepare, type Prepared } from './picture.ts';

export type FilePlace = { channel: Id } | { draft: number };

/** As the engine stores them, and well below what one call may bring. */
const pieceBytes = 256 * 1024;

export class Attaching {
  /** What is being taken now; null: nothing. */
  current = $state.raw<{ name: string; percent: number } | null>(null);
  problem = $state.raw<EngineError | null>(null);
  #last: Promise<unknown> = Promise.resolve();

  /** Takes files one after the other, each as soon as it is whole on this device. */
  add(files: Iterable<File>, place: FilePlace, sideMax = 0, ontaken?: (file: Id) => unknown): void {
    this.problem = null;
    for (const file of files) {
      this.#last = this.#last.then(async () => {
        this.current = { name: file.name, percent: 0 };
        await this.take(await prepare(file, sideMax), place, ontaken);
      });
    }
  }

  async take(file: Prepared, place: FilePlace, ontaken?: (file: Id) => unknown): Promise<void> {
    const { blob, name, thumbnail } = file;
    this.problem = null;
    this.current = { name, percent: 0 };
    try {
      const begun = await call('begin_file', { ...place, name, bytes: blob.size, thumbnail });
      for (let at = 0; at < blob.size; at += pieceBytes) {
        const piece = await blob.slice(at, at + pieceBytes).arrayBuffer();
        await call('add_bytes', { file: begun.file }, piece);
        this.current = { name, percent: Math.round((100 * (at + pieceBytes)) / blob.size) };
      }
      await ontaken?.(begun.file);
    } catch (reason) {
      this.problem = refusalOf(reason);
    } finally {
      this.current = null;
    }
  }
}

export function drop(file: Id): Promise<boolean> {
  return attempt('drop_file', { file });
}

/** The bytes of a file that is on this device. */
async function readBlob(file: Id): Promise<Blob> {
  const pieces: ArrayBuffer[] = [];
  let type = '';
  for (let at = 0, bytes = 1; at < bytes;) {
    const part = await call('read_file', { file, at });
    [type, bytes] = [part.type, part.bytes];
    if (part.data.byteLength === 0) break;
    pieces.push(part.data);
    at += part.data.byteLength;
  }
  return new Blob(pieces, { type });
}

export interface Opened {
  url: string;
  close: () => void;
}

/** An address under which the whole file can be shown now: from this device, or else from the server. */
export async function openFile(card: FileCard): Promise<Opened> {
  if (card.on_device) {
    const url = URL.createObjectURL(await readBlob(card.id));
    return { url, close: () => URL.revokeObjectURL(url) };
  }
  const { url } = await call('link_file', { channel: card.channel, file: card.id });
  return { url, close: () => undefined };
}

export function isPicture(card: FileCard): boolean {
  return card.type.startsWith('image/');
}
