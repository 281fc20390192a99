/** Dates, ages, amounts and lists, as the person's language and country write them. */
import { formatOf } from './formats.ts';
import { currentLocale, number, t } from './index.svelte.ts';

/**
 * Makes what nearly every screen writes with while the engine loads and nothing else is to be done: the first format of
 * all takes 20 ms, as it loads what the browser knows of languages. Each in a task of its own.
 */
export function prepareFormats(): void {
  const now = Date.now();
  const uses = [
    () => number(0),
    () => time(now),
    () => day(now, now),
    () => day(now - 3 * 86_400_000, now),
    () => list(['']),
    () => t('connecting.next_try', { count: 1 }), // the plural forms
  ];
  for (const use of uses) setTimeout(use);
}

export function percent(value: number): string {
  return formatOf(Intl.NumberFormat, currentLocale(), { style: 'percent' }).format(value / 100);
}

export function bytes(value: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  let unit = 0;
  let amount = value;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return formatOf(Intl.NumberFormat, currentLocale(), {
    style: 'unit',
    unit: units[unit] ?? 'byte',
    unitDisplay: unit > 0 ? 'short' : 'long', // "96 bytes": the short form has no plural
    maximumFractionDigits: amount < 10 && unit > 0 ? 1 : 0,
  }).format(amount);
}

export function time(at: number): string {
  return date(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

export function dateTime(at: number): string {
  return date(at, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}

/** When something was, beside how long ago: the hour today, the day with it otherwise. */
export function timeOrDay(at: number, now: number): string {
  return dayNumber(at) === dayNumber(now) ? time(at) : dateTime(at);
}

/** A day with its year: "3 Mar 2026". */
export function shortDay(at: number): string {
  return date(at, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** A day of a calendar, whole: "Tuesday, 3 March 2026". Days are told as UTC. */
export function longDay(utc: number): string {
  return date(utc, { dateStyle: 'full', timeZone: 'UTC' });
}

/** "March 2026" */
export function monthName(utc: number): string {
  return date(utc, { month: 'long', year: 'numeric', timeZone: 'UTC' });
}

/** "Mon" */
export function weekdayName(utc: number, weekday: 'short' | 'narrow' = 'short'): string {
  return date(utc, { weekday, timeZone: 'UTC' });
}

/** A day, as a heading: today, yesterday, or its date. */
export function day(at: number, now: number): string {
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0 || days === 1) {
    const word = formatOf(Intl.RelativeTimeFormat, currentLocale(), { numeric: 'auto' }).format(
      -days,
      'day',
    );
    return word.charAt(0).toLocaleUpperCase(currentLocale()) + word.slice(1);
  }
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return date(at, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  });
}

/** When, in a list: the hour today, the day otherwise. */
export function shortWhen(at: number, now: number): string {
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return time(at);
  if (days > 0 && days < 7) return date(at, { weekday: 'short' });
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return sameYear
    ? date(at, { day: 'numeric', month: 'short' })
    : date(at, { day: '2-digit', month: '2-digit', year: '2-digit' });
}

/** A span of time in its largest unit: "3 hr". */
export function span(millis: number): string {
  const minutes = Math.round(Math.abs(millis) / 60_000);
  const [value, unit] =
    minutes < 90
      ? [minutes, 'minute']
      : minutes < 36 * 60
        ? [Math.round(minutes / 60), 'hour']
        : [Math.round(minutes / 60 / 24), 'day'];
  return formatOf(Intl.NumberFormat, currentLocale(), {
    style: 'unit',
    unit: unit as string,
    unitDisplay: 'long',
  }).format(value as number);
}

/** How long ago: "2 min ago". */
export function age(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  const format = formatOf(Intl.RelativeTimeFormat, currentLocale(), {
    style: 'short',
    numeric: 'always',
  });
  if (seconds < 60) return t('time.just_now');
  if (seconds < 3600) return format.format(-Math.floor(seconds / 60), 'minute');
  if (seconds < 86400) return format.format(-Math.floor(seconds / 3600), 'hour');
  return format.format(-Math.floor(seconds / 86400), 'day');
}

export function dayNumber(at: number): number {
  const local = new Date(at);
  return Math.floor(Date.UTC(local.getFullYear(), local.getMonth(), local.getDate()) / 86400000);
}

export function list(names: string[]): string {
  return formatOf(Intl.ListFormat, currentLocale(), {
    type: 'conjunction',
    style: 'narrow',
  }).format(names);
}

/** A day that is meant wherever one is: "2026-05-04". */
export function dayOf(iso: string): string {
  return date(Date.parse(`${iso}T12:00:00`), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
}

/** A day with an hour, as the clock of its place showed them. */
export function momentOf(iso: string, hour: string): string {
  return t('time.day_and_hour', { day: dayOf(iso), hour });
}

function date(at: number, options: Intl.DateTimeFormatOptions): string {
  return formatOf(Intl.DateTimeFormat, currentLocale(), options).format(at);
}
