/** Where the rows of a view stand, and which part of each group the engine is asked for. */
import type { TaskCard, TaskGroup } from '../../bridge/types.ts';

/** Cards that are asked for beyond what is on the screen, before and behind. */
export const margin = 30;

export type Window = [from: number, count: number];

/** A place in a list: the heading of a group (`index` -1), or one of its tasks. */
export interface Place {
  group: TaskGroup;
  index: number;
}

/** Tasks of a group, both included. */
export interface Part {
  group: TaskGroup;
  first: number;
  last: number;
}

/** Groups under each other, each with its heading or without, as one list of rows. */
export class RowMap {
  readonly length: number;
  readonly #groups: readonly TaskGroup[];
  readonly #starts: number[] = [];
  readonly #heading: number; // rows

  constructor(groups: readonly TaskGroup[], hasHeadings = true) {
    this.#groups = groups.filter((group) => group.count > 0);
    this.#heading = hasHeadings ? 1 : 0;
    let length = 0;
    for (const group of this.#groups) {
      this.#starts.push(length);
      length += group.count + this.#heading;
    }
    this.length = length;
  }

  at(row: number): Place | null {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= row) low = middle + 1;
      else high = middle;
    }
    const group = this.#groups[low - 1];
    return group && row < this.length
      ? { group, index: row - (this.#starts[low - 1] ?? 0) - this.#heading }
      : null;
  }

  /** The parts of groups that stand in the rows from `first` to `last`. */
  between(first: number, last: number): Part[] {
    const parts: Part[] = [];
    for (let row = Math.max(0, first); row <= last;) {
      const place = this.at(row);
      if (!place) break;
      const { group, index } = place;
      const end = Math.min(group.count - 1, index + (last - row));
      if (end >= 0) parts.push({ group, first: Math.max(0, index), last: end });
      row += group.count - index;
    }
    return parts;
  }
}

/** The next groups. What is as it was shown stays the same object, card by card: nothing of it is drawn again. */
export function keepSame(shown: readonly TaskGroup[], next: readonly TaskGroup[]): TaskGroup[] {
  const before = new Map(shown.map((group) => [group.key, group]));
  return next.map((group) => {
    const old = before.get(group.key);
    if (!old) return group;
    const cards = new Map(old.tasks.map((card) => [card.id, card]));
    const tasks = group.tasks.map((card) => {
      const before = cards.get(card.id);
      return before && isSame(before, card) ? before : card;
    });
    const isKept =
      tasks.length === old.tasks.length && tasks.every((card, at) => card === old.tasks[at]);
    return isKept && isSame({ ...old, tasks: [] }, { ...group, tasks: [] })
      ? old
      : { ...group, tasks };
  });
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** The card at a place, if it has come. */
export function cardAt(group: TaskGroup, index: number): TaskCard | null {
  return group.tasks[index - group.from] ?? null;
}

/** The window to ask for when these rows are on the screen; null: the one that is there will do. */
export function windowFor(group: TaskGroup, first: number, last: number): Window | null {
  const from = Math.max(0, first - margin / 3);
  const end = Math.min(group.count, last + margin / 3 + 1);
  const isThere = group.from <= from && group.from + group.tasks.length >= end;
  if (isThere) return null;
  const start = Math.max(0, first - margin);
  return [start, last - start + 1 + margin];
}

/** Groups whose windows are kept; what was looked at longest ago is forgotten first. */
const windowsMax = 12;

/** The windows that the engine is asked for. */
export class Windows {
  readonly #byKey = new Map<string, Window>();

  /** Takes the window of a group; says whether it is another one than before. */
  take(key: string, window: Window): boolean {
    const before = this.#byKey.get(key);
    if (before?.[0] === window[0] && before[1] === window[1]) return false;
    this.#byKey.delete(key);
    this.#byKey.set(key, window);
    for (const oldest of this.#byKey.keys()) {
      if (this.#byKey.size <= windowsMax) break;
      this.#byKey.delete(oldest);
    }
    return true;
  }

  clear(): void {
    this.#byKey.clear();
  }

  all(): Record<string, Window> {
    return Object.fromEntries(this.#byKey);
  }
}
