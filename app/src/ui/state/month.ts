/**
 * Months and days of a calendar as texts: "2026-11", "2026-11-03". No time zone is involved, except where a
 * moment is asked for: that is of the clock on the wall here.
 */

const dayMs = 86_400_000;

function utcOf(text: string): number {
  const [year = 1970, month = 1, day = 1] = text.split('-').map(Number);
  return Date.UTC(year, month - 1, day);
}

export const monthOf = (day: string): string => day.slice(0, 7);
export const utcOfDay = (day: string): number => utcOf(day);
export const dayOf = (at: Date): string =>
  [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((n) => String(n).padStart(2, '0'))
    .join('-');

export const dayText = (moment: number): string => dayOf(new Date(moment));
/** When a day begins here, or the last moment of it. */
export function momentOf(day: string, isEnd: boolean): number {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + (isEnd ? 1 : 0)).getTime() - (isEnd ? 1 : 0);
}

export function monthsAfter(month: string, count: number): string {
  const [year = 1970, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7);
}

/** Weeks of a month, from Monday on; null where a day is another month's. */
export function weeksOf(month: string): (string | null)[][] {
  const first = utcOf(month);
  const count = (utcOf(monthsAfter(month, 1)) - first) / dayMs;
  const before = (new Date(first).getUTCDay() + 6) % 7;
  const cells: (string | null)[] = Array.from({ length: before }, () => null);
  for (let day = 1; day <= count; day += 1) cells.push(`${month}-${String(day).padStart(2, '0')}`);
  while (cells.length % 7 > 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}
