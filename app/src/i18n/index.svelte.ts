/** The catalogue: every sentence, number and date that a person reads comes through here. */
import i18next from 'i18next';
import type { EngineError } from '../bridge/types.ts';
import en from './en.json';
import es from './es.json';
import { chooseLanguage, languages, type Language } from './language.ts';

const stored = 'holdfast.language';
const catalogue = i18next.createInstance();
let language = $state<Language>('en');

export function startI18n(): void {
  void catalogue.init({
    resources: { en: { translation: en }, es: { translation: es } },
    fallbackLng: 'en',
    initAsync: false,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
  });
  apply(chooseLanguage(localStorage.getItem(stored), navigator.languages));
}

export function setLanguage(chosen: Language): void {
  localStorage.setItem(stored, chosen);
  apply(chosen);
}

function apply(chosen: Language): void {
  void catalogue.changeLanguage(chosen);
  language = chosen;
  document.documentElement.lang = chosen;
  document.documentElement.dir = catalogue.dir(chosen);
}

export const currentLanguage = (): Language => language;
export { languages, type Language };

export type Params = Record<string, string | number>;

/** Reads `language`, so that what shows a sentence is drawn again when the language changes. */
export function t(key: string, params: Params = {}): string {
  const { count } = params;
  const shown = typeof count === 'number' ? { ...params, n: number(count) } : params;
  return catalogue.t(key, { ...shown, lng: language });
}

export const hasKey = (key: string): boolean => catalogue.exists(key, { lng: 'en' });

/** The sentence of a refusal; a code that this version does not know is shown as it is. */
export function errorText(error: EngineError): string {
  const key = `error.${error.code}`;
  return hasKey(key) ? t(key, error.params) : t('error.unknown', { code: error.code });
}

/** The sentence for a reason key of a snapshot. */
export function reasonText(reason: string | null): string {
  if (!reason) return '';
  for (const key of [reason, `reason.${reason}`, `error.${reason}`]) {
    if (hasKey(key)) return t(key);
  }
  return t('reason.other', { code: reason });
}

export function number(value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

export function percent(value: number): string {
  return new Intl.NumberFormat(language, { style: 'percent' }).format(value / 100);
}

export function bytes(value: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  let unit = 0;
  let amount = value;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[unit] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: amount < 10 && unit > 0 ? 1 : 0,
  }).format(amount);
}

export function time(at: number): string {
  return date(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

export function dateTime(at: number): string {
  return date(at, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** A day, as a heading: today, yesterday, or its date. */
export function day(at: number, now: number): string {
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0 || days === 1) {
    const word = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-days, 'day');
    return word.charAt(0).toLocaleUpperCase(language) + word.slice(1);
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

/** How long ago: "2 min ago". */
export function age(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  const format = new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'always' });
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
  return new Intl.ListFormat(language, { type: 'conjunction', style: 'narrow' }).format(names);
}

function date(at: number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(language, options).format(at);
}
