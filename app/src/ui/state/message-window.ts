/**
 * The window of messages that a channel holds in memory: which part to ask for, and how to go from
 * the part shown to the next one without moving what the reader is looking at.
 */
import type { Anchor, MessageItem, OlderMessages } from '../../bridge/types.ts';

export interface WindowQuery {
  anchor: Anchor;
  before: number;
  after: number;
}

/** The items held, and whether the history goes on beyond them. */
export interface WindowState {
  items: readonly MessageItem[];
  hasBefore: boolean;
  hasAfter: boolean;
}

/** Items to either side of the reader in a new window: several screens of a phone. */
const span = 120;
/** A new window is asked for when fewer items than this are left before an edge. */
const margin = 40;

export function openingQuery(anchor: Anchor): WindowQuery {
  return { anchor, before: anchor === 'latest' ? 80 : 60, after: anchor === 'latest' ? 0 : 80 };
}

/** The window to ask for when items [first, last] are on the screen; null while this one will do. */
export function nextQuery(state: WindowState, first: number, last: number): WindowQuery | null {
  const nearStart = state.hasBefore && first < margin;
  const nearEnd = state.hasAfter && last >= state.items.length - margin;
  if (!nearStart && !nearEnd) return null;
  const middle = state.items[Math.floor((first + last) / 2)];
  const anchor = isFixed(middle) ? middle : state.items.find(isFixed);
  if (!anchor) return null;
  return { anchor: { sort: anchor.sort, id: anchor.id }, before: span, after: span };
}

/** Whether somebody who has begun to read older messages has come to where the next ones belong. */
export function readsOn(older: OlderMessages | null, first: number): boolean {
  return older?.state === 'server' && older.shown > 0 && first < margin / 4;
}

/** A waiting message has no lasting place in the history yet. */
function isFixed(item: MessageItem | undefined): item is MessageItem {
  return item?.state === 'done';
}

/**
 * What an item of a list is told apart by. A phone that was restored from an image may have given a refused
 * message the id of one that is there.
 */
export function keyOf({ id, state }: MessageItem): string {
  return state === 'needs_you' ? `${id} refused` : id;
}

/** One change of the list. `shift`: it happens at the start, so the place is kept from the end. */
export interface Step {
  items: readonly MessageItem[];
  shift: boolean;
}

/**
 * The list can keep its place when items come or go at its start, or at its end, but not both at
 * once: a window that moved is therefore reached in up to three steps.
 * `jumped`: nothing is common to both windows, so there is no place to keep.
 */
export function stepsBetween(
  shown: readonly MessageItem[],
  next: readonly MessageItem[],
): { steps: Step[]; jumped: boolean } {
  const places = new Map(next.map((item, index) => [keyOf(item), index]));
  const kept = shown.findIndex((item) => places.has(keyOf(item)));
  const first = shown[kept];
  if (!first) return { steps: [{ items: next, shift: false }], jumped: true };
  const steps: Step[] = [];
  const rest = shown.slice(kept);
  if (kept > 0) steps.push({ items: rest, shift: true });
  const added = places.get(keyOf(first)) ?? 0;
  if (added > 0) steps.push({ items: [...next.slice(0, added), ...rest], shift: true });
  steps.push({ items: next, shift: false });
  return { steps, jumped: false };
}

/** The last message that the server knows: the one up to which the channel has been read. */
export function lastDelivered(items: readonly MessageItem[]): MessageItem | null {
  return items.findLast((item) => item.state === 'done') ?? null;
}
