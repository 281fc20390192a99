import { describe, expect, it } from 'vitest';
import type { MessageItem, OlderMessages } from '../../bridge/types.ts';
import {
  keyOf,
  lastDelivered,
  nextQuery,
  openingQuery,
  readsOn,
  stepsBetween,
} from './message-window.ts';

function item(number: number, state: MessageItem['state'] = 'done'): MessageItem {
  return { id: String(number), sort: number, state } as MessageItem;
}

function range(from: number, to: number): MessageItem[] {
  return Array.from({ length: to - from }, (_, index) => item(from + index));
}

const ids = (items: readonly MessageItem[]) => items.map((one) => one.id);

describe('readsOn', () => {
  const older: OlderMessages = { kept_since: 1, state: 'server', shown: 50 };

  it('goes on by itself for whoever has begun to read older messages, at their beginning', () => {
    expect(readsOn(older, 3)).toBe(true);
    expect(readsOn(older, 30)).toBe(false);
    expect(readsOn({ ...older, shown: 0 }, 3)).toBe(false);
    expect(readsOn(null, 3)).toBe(false);
  });

  it('waits for what is under way, and does not repeat by itself what has failed', () => {
    for (const state of ['loading', 'failed', 'offline', 'full'] as const) {
      expect(readsOn({ ...older, state }, 3)).toBe(false);
    }
  });
});

describe('nextQuery', () => {
  const middle = { items: range(1000, 1200), hasBefore: true, hasAfter: true };

  it('asks for nothing while both edges are far', () => {
    expect(nextQuery(middle, 90, 100)).toBeNull();
  });

  it('moves the window to the reader near the start, and near the end', () => {
    const up = nextQuery(middle, 10, 20);
    expect(up).toEqual({ anchor: { sort: 1015, id: '1015' }, before: 120, after: 120 });
    expect(nextQuery(middle, 180, 190)?.anchor).toEqual({ sort: 1185, id: '1185' });
  });

  it('stays at the ends of the history', () => {
    expect(nextQuery({ ...middle, hasBefore: false }, 0, 8)).toBeNull();
    expect(nextQuery({ ...middle, hasAfter: false }, 192, 199)).toBeNull();
  });

  it('never anchors at a waiting message', () => {
    const items = [...range(0, 10), item(10, 'saved'), item(11, 'saved')];
    const query = nextQuery({ items, hasBefore: true, hasAfter: false }, 10, 11);
    expect(query?.anchor).toEqual({ sort: 0, id: '0' });
    const waiting = { items: [item(1, 'saved')], hasBefore: true, hasAfter: false };
    expect(nextQuery(waiting, 0, 0)).toBeNull();
  });

  it('goes through 100,000 messages in windows of bounded size', () => {
    const total = 100_000;
    let window = { items: range(total - 80, total), hasBefore: true, hasAfter: false };
    let windows = 0;
    for (let top = total - 10; top > 0; top -= 10) {
      const first = top - Number(window.items[0]?.id);
      const query = nextQuery(window, Math.max(0, first), Math.max(0, first) + 10);
      if (!query || typeof query.anchor === 'string') continue;
      const at = query.anchor.sort;
      const [from, to] = [Math.max(0, at - query.before), Math.min(total, at + query.after + 1)];
      window = { items: range(from, to), hasBefore: from > 0, hasAfter: to < total };
      windows += 1;
      expect(window.items.length).toBeLessThanOrEqual(241);
    }
    expect(window.items[0]?.id).toBe('0');
    expect(windows).toBeLessThan(total / 70);
  });
});

describe('stepsBetween', () => {
  it('tells a refused message from one that another image of the phone wrote under its id', () => {
    const shown = [...range(0, 3), item(2, 'needs_you')];
    expect(new Set(shown.map(keyOf)).size).toBe(4);
    const { steps } = stepsBetween(shown, [item(2, 'needs_you'), item(3)]);
    expect(steps[0]?.items).toEqual([item(2, 'needs_you')]);
  });

  it('keeps the place from the end when older messages come', () => {
    const { steps, jumped } = stepsBetween(range(10, 14), range(8, 14));
    expect(jumped).toBe(false);
    expect(steps.map((step) => [ids(step.items), step.shift])).toEqual([
      [ids(range(8, 14)), true],
      [ids(range(8, 14)), false],
    ]);
  });

  it('keeps the place from the start when newer messages come', () => {
    const { steps } = stepsBetween(range(10, 14), range(10, 16));
    expect(steps).toEqual([{ items: range(10, 16), shift: false }]);
  });

  it('splits a window that moved up, so that no step changes both ends', () => {
    const { steps } = stepsBetween(range(10, 20), range(5, 15));
    expect(steps.map((step) => [step.items.length, step.shift])).toEqual([
      [15, true],
      [10, false],
    ]);
  });

  it('splits a window that moved down', () => {
    const { steps } = stepsBetween(range(10, 20), range(15, 25));
    expect(steps.map((step) => [ids(step.items)[0], step.items.length, step.shift])).toEqual([
      ['15', 5, true],
      ['15', 10, false],
    ]);
  });

  it('says when there is no place to keep', () => {
    expect(stepsBetween([], range(0, 3)).jumped).toBe(true);
    expect(stepsBetween(range(0, 3), range(50, 53)).jumped).toBe(true);
  });
});

describe('the small ones', () => {
  it('opens at the latest messages with none after them', () => {
    expect(openingQuery('latest').after).toBe(0);
    expect(openingQuery('unread').after).toBeGreaterThan(0);
  });

  it('counts a channel as read up to what the server has', () => {
    expect(lastDelivered([item(1), item(2), item(3, 'saved')])?.id).toBe('2');
    expect(lastDelivered([item(3, 'sending')])).toBeNull();
  });
});
