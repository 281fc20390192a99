/** Makes the file that unsent work is saved to: the engine says what is in it, the browser seals it. */
import { CannotSeal, PieceSealer } from '../../bridge/sealing.ts';
import { call } from '../state/engine.svelte.ts';
import { EngineRefusal } from '../../bridge/client.ts';

export interface SealedFile {
  file: File;
  actions: number;
  files: number;
  leftOut: number;
}

/** No piece is in the memory longer than until it is sealed; the browser keeps the parts of a file where it likes. */
export async function sealUnsent(now: number, how: { closed?: boolean } = {}): Promise<SealedFile> {
  const begun = await call('begin_saving', how);
  const key = Uint8Array.from(atob(begun.key), (char) => char.charCodeAt(0));
  const parts: Blob[] = [];
  try {
    const { sealer, preface } = await PieceSealer.begin(key, new Uint8Array(begun.data));
    parts.push(new Blob([preface]));
    for (let isLast = false; !isLast;) {
      const piece = await call('read_saving', { saving: begun.saving });
      isLast = piece.last;
      parts.push(new Blob([await sealer.seal(piece.data, isLast)]));
    }
  } catch (reason) {
    if (!(reason instanceof CannotSeal)) throw reason;
    throw new EngineRefusal({ code: 'sealed.not_here', params: {} });
  }
  const { actions, files, left_out: leftOut } = begun;
  return { file: new File(parts, nameAt(now), { type }), actions, files, leftOut };
}

const type = 'application/octet-stream';

/** "holdfast-2026-03-03-0930.sealed", by the clock on the wall here. */
export function nameAt(now: number): string {
  const local = new Date(now);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [local.getFullYear(), two(local.getMonth() + 1), two(local.getDate())].join('-');
  return `holdfast-${day}-${two(local.getHours())}${two(local.getMinutes())}.sealed`;
}
