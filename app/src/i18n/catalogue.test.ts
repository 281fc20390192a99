import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from './en.json';
import es from './es.json';
import { chooseLanguage } from './language.ts';

const root = join(import.meta.dirname, '..');
const catalogues: Record<string, Record<string, string>> = { en, es };
const plural = /_(zero|one|two|few|many|other)$/;
/** The key without its form of number: `_many` ends other words too, `_other` is in every plural. */
function baseOf(key: string, catalogue: object): string {
  const base = key.replace(plural, '');
  return `${base}_other` in catalogue ? base : key;
}
const plain = (catalogue: object) =>
  new Set(Object.keys(catalogue).map((key) => baseOf(key, catalogue)));
const english = plain(en);

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['gen', 'worker'].includes(entry.name) ? [] : sources(path);
    return /(?<!\.test)\.(ts|svelte)$/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

/** Keys that the engine gives, from where it has them. */
function engineKeys(path: string, pattern: RegExp): string[] {
  const text = readFileSync(join(root, '../..', path), 'utf8');
  return [...text.matchAll(pattern)].map(([, key]) => key ?? '');
}
const reasons = engineKeys('core/offline/reason.hpp', /"(reason\.\w+)"/g);
const errors = engineKeys('spec/errors.toml', /^code = "(.+)"$/gm).map((one) => `error.${one}`);
const system = engineKeys('core/model/channels.cpp', /"((?:channel|member)_[a-z]+)"/g).map(
  (one) => `system.${one}`,
);

const code = sources(root).join('\n');
/** Whole keys, wherever they stand as a word of their own. */
const literals = new Set(
  [...code.matchAll(/(['"`])([a-z_]+(?:\.[a-z_]+)+)\1/g)].map(([, , key]) => key ?? ''),
);
/** `kind.${...}`: every key that begins so. */
const prefixes = [...code.matchAll(/`([a-z_]+(?:\.[a-z_]+)*\.)\$\{/g)].map(
  ([, prefix]) => prefix ?? '',
);

describe('OM40: the catalogues', () => {
  it('have the same keys in every language', () => {
    for (const catalogue of Object.values(catalogues)) expect(plain(catalogue)).toEqual(english);
  });

  it('have every form of number that their language has', () => {
    for (const [language, catalogue] of Object.entries(catalogues)) {
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const base of plain(catalogue)) {
        if (!(`${base}_other` in catalogue)) continue;
        for (const form of forms) expect(catalogue, language).toHaveProperty([`${base}_${form}`]);
      }
    }
  });

  it('name the same parameters in every language', () => {
    const parameters = (text: string) =>
      [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
    for (const [key, sentence] of Object.entries(es as Record<string, string>)) {
      const other = (en as Record<string, string>)[key] ?? '';
      if (other) expect(parameters(sentence), key).toEqual(parameters(other));
    }
  });

  it('have every key that the code uses', () => {
    const calls = [...code.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key ?? '');
    expect(calls.length).toBeGreaterThan(100);
    expect(calls.filter((key) => !english.has(key))).toEqual([]);
    const empty = prefixes.filter((prefix) => ![...english].some((key) => key.startsWith(prefix)));
    expect(empty).toEqual([]);
  });

  it('hold no sentence that nothing uses', () => {
    const unused = [...english].filter(
      (key) =>
        !literals.has(key) &&
        !prefixes.some((prefix) => key.startsWith(prefix)) &&
        !reasons.includes(key),
    );
    expect(unused).toEqual([]);
  });

  it('have a sentence for whatever the engine may say', () => {
    expect([reasons.length, errors.length, system.length].every((count) => count > 3)).toBe(true);
    expect([...reasons, ...errors, ...system].filter((key) => !english.has(key))).toEqual([]);
  });
});

describe('chooseLanguage', () => {
  it('takes the stored choice, then the first language that is there', () => {
    expect(chooseLanguage('es', ['en-US'])).toBe('es');
    expect(chooseLanguage(null, ['fr-FR', 'es-MX', 'en'])).toBe('es');
    expect(chooseLanguage('xx', [])).toBe('en');
  });
});
