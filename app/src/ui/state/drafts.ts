/**
 * What was typed and not sent yet, by channel. It stays on the device only where Offline Mode may
 * keep data there; otherwise it lives as long as the app is open.
 */
import type { Id } from '../../bridge/types.ts';

const prefix = 'holdfast.draft.';

export interface Draft {
  text: string;
  replyTo: { id: Id; author: string; text: string }[];
}

export function readDraft(channel: Id): Draft {
  const stored = sessionStorage.getItem(prefix + channel) ?? localStorage.getItem(prefix + channel);
  if (!stored) return { text: '', replyTo: [] };
  return JSON.parse(stored) as Draft;
}

export function writeDraft(channel: Id, draft: Draft, mayKeep: boolean): void {
  sessionStorage.removeItem(prefix + channel);
  localStorage.removeItem(prefix + channel);
  if (draft.text === '' && draft.replyTo.length === 0) return;
  const storage = mayKeep ? localStorage : sessionStorage;
  storage.setItem(prefix + channel, JSON.stringify(draft));
}

export function countDrafts(): number {
  const keys = new Set([...Object.keys(localStorage), ...Object.keys(sessionStorage)]);
  return [...keys].filter((key) => key.startsWith(prefix)).length;
}

export function eraseDrafts(): void {
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of Object.keys(storage)) if (key.startsWith(prefix)) storage.removeItem(key);
  }
}
