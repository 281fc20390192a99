/** The catalogue: every sentence, number and date that a person reads comes through here. */
import i18next from 'i18next';
import type { EngineError, Gist, MessageItem, StatusSnapshot, Texts } from '../bridge/types.ts';
import en from './en.json';
import es from './es.json';
import { formatOf } from './formats.ts';
import { chooseLanguage, languages, type Language } from './language.ts';

const stored = 'holdfast.language';
const catalogue = i18next.createInstance();
let language = $state<Language>('en');
/** The language as the person's own country writes its dates and numbers. */
let locale = $state('en');

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
  locale = navigator.languages.find((one) => one.toLowerCase().startsWith(chosen)) ?? chosen;
  document.documentElement.lang = chosen;
  document.documentElement.dir = catalogue.dir(chosen);
}

export const currentLanguage = (): Language => language;
export const currentLocale = (): string => locale;
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

/** Why there is no connection: four causes, four wordings. What was refused says its own. */
export function causeText({ connection: { cause, error } }: StatusSnapshot): string {
  return error ? errorText(error) : t(`connecting.cause.${cause}`);
}

/** What a message says: the app's own sentences are in the reader's language. */
export function messageText({ system, text }: MessageItem): string {
  const key = `system.${system?.key}`;
  return system && hasKey(key) ? t(key, system.params) : text;
}

/** What a message is, in a few words. */
export function gistText({ kind, text, title }: Gist): string {
  switch (kind) {
    case 'text':
      return text;
    case 'form':
      return textIn(title ?? {}) || text || t('form.title');
    case 'deleted':
    case 'away':
      return t(`channel.${kind}`);
  }
}

/** A text of the organization's own in the reader's language, else in English, else in any. */
export function textIn(texts: Texts): string {
  return texts[language] ?? texts['en'] ?? Object.values(texts)[0] ?? '';
}

/** The sentence for a reason key of a snapshot. */
export function reasonText(reason: string | null): string {
  if (!reason) return '';
  return hasKey(reason) ? t(reason) : t('reason.other', { code: reason });
}

export function number(value: number): string {
  return formatOf(Intl.NumberFormat, locale, {}).format(value);
}
