/**
 * What a PIN costs, and how often it may be wrong (docs/decisions/0036-pin-and-people.md). Nothing here
 * asks what time it is: a clock that is put forward ends no wait.
 */
import type { Bytes } from './wrap.ts';

/** How dear it is to try one PIN: argon2id. Kept beside what it was used for. */
export interface PinCost {
  memoryKib: number;
  passes: number;
}

/** 64 MiB, three times: RFC 9106's second choice, in one lane, because a worker has one thread. */
export const pinCost: PinCost = { memoryKib: 64 * 1024, passes: 3 };

export const pinCharactersMin = 6;
export const pinCharactersMax = 64;

/** So many wrong ones, and the PIN is forgotten here: then only the password opens. */
export const pinTriesMax = 10;

/** Seconds to wait after so many wrong ones; the last counts for all that follow. */
const waits = [0, 0, 0, 15, 30, 60, 120, 300];

export function waitMillis(wrong: number): number {
  return (waits[Math.min(wrong, waits.length - 1)] ?? 0) * 1000;
}

/** One digit again and again, or digits in a row, are what anybody tries first. */
export function isWeakPin(pin: string): boolean {
  const points = [...pin].map((one) => one.codePointAt(0) ?? 0);
  const steps = new Set(points.slice(1).map((point, at) => point - (points[at] ?? 0)));
  const [step] = steps;
  return steps.size === 1 && [-1, 0, 1].includes(step ?? 0);
}

/** Why this one cannot be chosen, as the end of a key of the catalogue. */
export function pinProblem(pin: string): 'short' | 'long' | 'weak' | null {
  const count = [...pin].length;
  if (count < pinCharactersMin) return 'short';
  if (count > pinCharactersMax) return 'long';
  return isWeakPin(pin) ? 'weak' : null;
}

/** 32 bytes. Takes `cost`: for as long, nothing else runs on this thread. */
export async function stretchPin(pin: string, salt: Bytes, cost: PinCost): Promise<Bytes> {
  const { argon2id } = await import('./argon2.ts');
  const hash = await argon2id({
    password: pin.normalize('NFKC'),
    salt,
    memorySize: cost.memoryKib,
    iterations: cost.passes,
    parallelism: 1,
    hashLength: 32,
    outputType: 'binary',
  });
  return new Uint8Array(hash);
}
