import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { closed } from './closed-names.ts';

it('OM31: the service worker looks where the app leaves what waits', () => {
  const source = readFileSync(join(import.meta.dirname, '../../sw/sw.ts'), 'utf8');
  const [, fields = ''] = /^const closed = \{([^}]+)\};$/m.exec(source) ?? [];
  const found = [...fields.matchAll(/(\w+): '([^']+)'/g)].map(([, key, value]) => [key, value]);
  expect(Object.fromEntries(found)).toEqual(closed);
});

it('imports nothing: a browser may not know workers that do', () => {
  const source = readFileSync(join(import.meta.dirname, '../../sw/sw.ts'), 'utf8');
  expect(source).not.toMatch(/^import /m);
});
