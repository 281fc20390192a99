import { describe, expect, it } from 'vitest';
import { dateValue, offsetAt, wallNow } from './moments.ts';

describe('offsets of a place', () => {
  it('follow its summer time', () => {
    expect(offsetAt('2026-01-15', '08:00', 'America/New_York')).toBe(-300);
    expect(offsetAt('2026-07-15', '08:00', 'America/New_York')).toBe(-240);
    expect(offsetAt('2026-07-15', '08:00', 'Asia/Kolkata')).toBe(330);
  });

  it('are right in the hours around a change', () => {
    expect(offsetAt('2026-03-08', '01:59', 'America/New_York')).toBe(-300);
    expect(offsetAt('2026-03-08', '03:00', 'America/New_York')).toBe(-240);
    expect(offsetAt('2026-11-01', '00:59', 'America/New_York')).toBe(-240);
    expect(offsetAt('2026-11-01', '02:00', 'America/New_York')).toBe(-300);
  });
});

describe('a date answer', () => {
  it('has an offset only with a time of day', () => {
    expect(dateValue('2026-05-04', null, '')).toEqual({
      date: '2026-05-04',
      chosen: expect.any(Number) as number,
    });
    expect(dateValue('2026-05-04', '08:15', 'UTC')).toMatchObject({ time: '08:15', offset: 0 });
  });

  it('can be now', () => {
    const { date, time } = wallNow('UTC');
    expect(Math.abs(Date.parse(`${date}T${time}Z`) - Date.now())).toBeLessThan(61_000);
  });
});
