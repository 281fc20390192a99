/** Days and hours on the wall of a place, as forms ask for them: the platform's word, no rule. */
import type { DateValue } from '../../bridge/types.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** Minutes from UTC of the clocks of `zone` ("" for here) when they show this day and hour. */
export function offsetAt(date: string, time: string, zone: string): number {
  const shown = Date.parse(`${date}T${time}:00Z`);
  if (!zone) return -new Date(`${date}T${time}:00`).getTimezoneOffset();
  // The offset decides the moment, and the moment the offset: twice is enough but for a gap.
  let offset = offsetOf(shown, zone);
  offset = offsetOf(shown - offset * 60_000, zone);
  return offset;
}

function offsetOf(at: number, zone: string): number {
  const moment = Math.floor(at / 60_000) * 60_000;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(moment);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
  );
  return (shown - moment) / 60_000;
}

/** Now, on the wall of `zone` ("" for here). */
export function wallNow(zone: string): { date: string; time: string } {
  const now = Date.now();
  const offset = zone ? offsetOf(now, zone) : -new Date(now).getTimezoneOffset();
  const wall = new Date(now + offset * 60_000);
  const date = `${wall.getUTCFullYear()}-${two(wall.getUTCMonth() + 1)}-${two(wall.getUTCDate())}`;
  return { date, time: `${two(wall.getUTCHours())}:${two(wall.getUTCMinutes())}` };
}

/** The answer of a date field; `time` is null where the form asks for a day alone. */
export function dateValue(date: string, time: string | null, zone: string): DateValue {
  const chosen = Date.now();
  return time === null
    ? { date, chosen }
    : { date, time, offset: offsetAt(date, time, zone), chosen };
}
