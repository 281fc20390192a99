/** What cannot be done, by the reason: it is said once. */
import type { EngineError } from '../../bridge/types.ts';

export interface Refused {
  key: string;
  label: string;
  refusal: EngineError;
}

export interface Reason {
  words: string;
  refused: Refused[];
}

/** Reasons are the same where their sentences are, whatever else the errors say. Both keep their order. */
export function byReason(
  all: readonly Refused[],
  sentence: (refusal: EngineError) => string,
): Reason[] {
  const reasons = new Map<string, Reason>();
  for (const one of all) {
    const words = sentence(one.refusal);
    const reason = reasons.get(words) ?? { words, refused: [] };
    reasons.set(words, reason);
    reason.refused.push(one);
  }
  return [...reasons.values()];
}
