import { describe, expect, it } from 'vitest';
import type { TaskCard, TaskGroup } from '../../bridge/types.ts';
import { cardAt, keepSame, margin, RowMap, windowFor, Windows } from './task-rows.ts';

function group(key: string, count: number, from = 0, cards = 0): TaskGroup {
  const tasks = Array.from({ length: cards }, (_, n) => ({ id: String(from + n) }) as TaskCard);
  return { key, workflow: '', values: [], count, from, tasks };
}

const told = (map: RowMap, first: number, last: number): string[] =>
  map.between(first, last).map((part) => `${part.group.key} ${part.first}-${part.last}`);

describe('OM22: rows of a view of tasks', () => {
  const map = new RowMap([group('a', 2), group('empty', 0), group('b', 3)]);

  it('stand under the heading of their group, without empty groups', () => {
    const told = Array.from({ length: map.length }, (_, row) => {
      const place = map.at(row);
      return `${place?.group.key} ${place?.index}`;
    });
    expect(told).toEqual(['a -1', 'a 0', 'a 1', 'b -1', 'b 0', 'b 1', 'b 2']);
    expect(map.at(7)).toBeNull();
    expect(new RowMap([]).at(0)).toBeNull();
  });

  it('may do without headings', () => {
    const bare = new RowMap([group('a', 2), group('b', 1)], false);
    expect(bare.length).toBe(3);
    expect(bare.at(2)).toMatchObject({ group: { key: 'b' }, index: 0 });
    expect(told(bare, 1, 2)).toEqual(['a 1-1', 'b 0-0']);
  });

  it('are drawn again only where their group has changed', () => {
    const shown = [group('a', 2, 0, 2), group('b', 3, 0, 1)];
    const next = [group('b', 3, 0, 2), group('a', 2, 0, 2), group('new', 1)];
    const kept = keepSame(shown, next);
    expect(kept).toEqual(next);
    expect(kept.map((each) => shown.includes(each))).toEqual([false, true, false]);
    expect(kept[0]?.tasks[0]).toBe(shown[1]?.tasks[0]);
  });

  it('say which part of each group is on the screen', () => {
    expect(told(map, 1, 4)).toEqual(['a 0-1', 'b 0-0']);
    expect(told(map, 0, 99)).toEqual(['a 0-1', 'b 0-2']);
    expect(told(map, 0, 0)).toEqual([]);
    expect(told(map, 5, 6)).toEqual(['b 1-2']);
  });
});

describe('OM22: the window on a group', () => {
  it('is asked for before its end is on the screen', () => {
    const there = group('a', 1000, 100, 80);
    expect(windowFor(there, 120, 140)).toBeNull();
    expect(windowFor(there, 160, 175)).toEqual([160 - margin, 16 + 2 * margin]);
    expect(windowFor(there, 105, 120)).toEqual([105 - margin, 16 + 2 * margin]);
    expect(windowFor(group('a', 5, 0, 5), 0, 4)).toBeNull();
    expect(windowFor(group('a', 5, 0, 0), 0, 4)).toEqual([0, 5 + margin]);
  });

  it('has cards at the places that it covers', () => {
    const there = group('a', 1000, 100, 80);
    expect(cardAt(there, 100)?.id).toBe('100');
    expect(cardAt(there, 99)).toBeNull();
    expect(cardAt(there, 180)).toBeNull();
  });

  it('is asked for once, and forgotten behind a dozen others', () => {
    const windows = new Windows();
    expect(windows.take('a', [0, 10])).toBe(true);
    expect(windows.take('a', [0, 10])).toBe(false);
    expect(windows.take('a', [5, 10])).toBe(true);
    for (let n = 0; n < 12; n += 1) windows.take(`other ${n}`, [n, 1]);
    expect(Object.keys(windows.all())).toHaveLength(12);
    expect(windows.all()).not.toHaveProperty('a');
    windows.clear();
    expect(windows.all()).toEqual({});
  });
});
