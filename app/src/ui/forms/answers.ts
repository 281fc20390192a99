/** Answers in words, as the reader's language writes them. */
import type { AnswerLine, EngineError, PlaceValue } from '../../bridge/types.ts';
import { dayOf, list, momentOf } from '../../i18n/figures.ts';
import { errorText, number, t, textIn } from '../../i18n/index.svelte.ts';

const degrees = (e7: number): string => (e7 / 1e7).toFixed(5);

export function placeText(place: PlaceValue): string {
  const params = { lat: degrees(place.lat_e7), lng: degrees(place.lng_e7) };
  return place.accuracy_m === undefined
    ? t('form.position', params)
    : t('form.position_within', { ...params, accuracy: number(place.accuracy_m) });
}

export function answerText(line: AnswerLine): string {
  const { value } = line;
  if (line.items.length > 0) return list(line.items.map(textIn));
  if (line.names.length > 0) {
    return (line.input.levels ?? 1) > 1 ? line.names.join(' › ') : list(line.names);
  }
  if (line.kind === 'nested') return t('form.count', { count: Number(value) });
  if (line.files) return t('file.count', { count: line.files.length });
  if (line.kind === 'rating') {
    return t('form.rating_of', { value: Number(value), max: line.input.max ?? 5 });
  }
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return t('form.count', { count: value.length });
  if (value && typeof value === 'object') {
    if ('lat_e7' in value) return placeText(value);
    return value.time ? momentOf(value.date, value.time) : dayOf(value.date);
  }
  return String(value ?? '');
}

/** Answers as text, to be taken elsewhere: a line each, those of forms inside further in. */
export function linesText(lines: AnswerLine[], indent = ''): string {
  return lines
    .map((line) => {
      const parts = line.parts.map(
        (part) => `${indent}  ${textIn(part.title)}\n${linesText(part.lines, `${indent}    `)}`,
      );
      return [`${indent}${textIn(line.label)}: ${answerText(line)}`, ...parts].join('\n');
    })
    .join('\n');
}

/** The line of a component, wherever it stands. */
export function lineAt(lines: AnswerLine[], path: unknown): AnswerLine | undefined {
  for (const line of lines) {
    const found =
      line.path === path
        ? line
        : lineAt(
            line.parts.flatMap((part) => part.lines),
            path,
          );
    if (found) return found;
  }
  return undefined;
}

/** The sentence of a trouble; days in it as the reader writes them. */
export function troubleText(trouble: EngineError): string {
  const params = { ...trouble.params };
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) params[name] = dayOf(value);
  }
  return errorText({ ...trouble, params });
}
