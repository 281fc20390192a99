/** Brings a sealed file to the server, from whoever has it: the file proves itself. */
import type { EngineError } from './types.ts';

/** What the server says became of it: counts, and nothing of what is in it. */
export interface Delivered {
  applied: number;
  known: number; // were there before
  refused: number;
  later: number; // could not be taken now
  files: number;
  files_stored: number;
}

const unreachable: EngineError = { code: 'server.unreachable', params: {} };

export async function deliver(file: Blob): Promise<Delivered | EngineError> {
  try {
    const response = await fetch('/sync/v1/deliver', {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: file,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'manual',
    });
    if (response.headers.get('Holdfast') !== '1') return unreachable;
    return (await response.json()) as Delivered | EngineError;
  } catch {
    return unreachable;
  }
}
