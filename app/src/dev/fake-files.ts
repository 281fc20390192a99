/** Attached files, for the stand-in engine: taken, shown, and sent with the next message. */
import type { FileCard, Id } from '../bridge/types.ts';

interface Taken {
  card: FileCard;
  place: string; // 'channel 201', 'draft 4', or empty: it has been sent
  pieces: ArrayBuffer[];
}

export class FakeFiles {
  readonly #taken = new Map<Id, Taken>();
  #next = 800_000_001;

  begin(args: Record<string, unknown>): { file: Id } {
    const id = String(this.#next++);
    const channel = String(args['channel'] ?? '');
    const card: FileCard = {
      id,
      channel,
      name: String(args['name']),
      type: args['thumbnail'] ? 'image/jpeg' : 'application/octet-stream',
      bytes: Number(args['bytes']),
      width: 0,
      height: 0,
      thumbnail: String(args['thumbnail']),
      state: 'saved',
      sent: 0,
      on_device: true,
      error: null,
    };
    const place = channel ? `channel ${channel}` : `draft ${String(args['draft'])}`;
    this.#taken.set(id, { card, place, pieces: [] });
    return { file: id };
  }

  add(id: Id, bytes: ArrayBuffer): { missing: number } {
    const taken = this.#found(id);
    taken.pieces.push(bytes);
    return {
      missing: taken.card.bytes - taken.pieces.reduce((sum, one) => sum + one.byteLength, 0),
    };
  }

  read(id: Id): { type: string; bytes: number; data: ArrayBuffer } {
    const { card, pieces } = this.#found(id);
    const all = new Uint8Array(card.bytes);
    let at = 0;
    for (const piece of pieces) {
      all.set(new Uint8Array(piece), at);
      at += piece.byteLength;
    }
    return { type: card.type, bytes: card.bytes, data: all.buffer };
  }

  drop(id: Id): void {
    this.#taken.delete(id);
  }

  at(place: string): FileCard[] {
    return [...this.#taken.values()].filter((one) => one.place === place).map(({ card }) => card);
  }

  /** The cards of files that a message takes along. */
  send(ids: Id[]): FileCard[] {
    return ids.map((id) => {
      const taken = this.#found(id);
      taken.place = '';
      return taken.card;
    });
  }

  #found(id: Id): Taken {
    const taken = this.#taken.get(id);
    if (!taken) throw new Error('outbox.unknown_item');
    return taken;
  }
}
