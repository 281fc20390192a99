import { describe, expect, it } from 'vitest';
import { dayOf, dayText, momentOf, monthsAfter, weeksOf } from './month.ts';

describe('months', () => {
  it('follow each other across years', () => {
    expect(monthsAfter('2026-11', 2)).toBe('2027-01');
    expect(monthsAfter('2026-01', -1)).toBe('2025-12');
    expect(dayOf(new Date(2026, 2, 4, 23, 59))).toBe('2026-03-04');
  });

  it('have days that begin and end here', () => {
    expect(dayText(momentOf('2026-03-31', false))).toBe('2026-03-31');
    expect(dayText(momentOf('2026-03-31', true))).toBe('2026-03-31');
    expect(momentOf('2026-03-31', true) + 1).toBe(momentOf('2026-04-01', false));
  });

  it('have weeks from Monday on', () => {
    const weeks = weeksOf('2026-02'); // begins on a Sunday
    expect(weeks).toHaveLength(5);
    expect(weeks[0]).toEqual([null, null, null, null, null, null, '2026-02-01']);
    expect(weeks[4]?.slice(5)).toEqual(['2026-02-28', null]);
    expect(weeksOf('2024-02').flat().filter(Boolean)).toHaveLength(29);
    expect(weeksOf('2026-06')[0]?.[0]).toBe('2026-06-01'); // begins on a Monday
  });
});
