/**
 * Every state that the app shows in words or marks, with the contrast (WCAG 2.2: 1.4.3 words, 1.4.11 marks)
 * of its colours in light and in dark. docs/contrast.md is written by this test: `npx vitest run contrast -u`.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Colours = Record<string, string>;

const words = 4.5;
const marks = 3;

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

function coloursIn(part: string): Colours {
  const found = part.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\s*;/g);
  return Object.fromEntries([...found].map(([, name, colour]) => [name, colour]));
}

const [lightPart = '', darkPart = ''] = css.split('@media (prefers-color-scheme: dark)');
const light = coloursIn(lightPart);
const dark = { ...light, ...coloursIn(darkPart) };

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

interface Pair {
  state: string;
  ink: string;
  ground: string;
  least: number;
}

const pairs = (state: string, inks: string[], grounds: string[], least = words): Pair[] =>
  inks.flatMap((ink) => grounds.map((ground) => ({ state, ink, ground, least })));

const pages = ['ground', 'surface', 'surface-2', 'press'];
const chosen = ['accent-soft', 'mine'];
const nav = ['nav', 'nav-2', 'nav-press'];

const table: Pair[] = [
  ...pairs('bar: synchronizing', ['sync-ink'], ['sync-bg']),
  ...pairs('bar: ready', ['ready-ink'], ['ready-bg']),
  ...pairs('bar: halted', ['halt-ink'], ['halt-bg']),
  ...pairs('banner', ['banner-ink'], ['banner-bg']),
  ...pairs('banner: button', ['banner-button-ink'], ['banner-button']),
  ...pairs('message or action: saved, sending', ['wait'], [...pages, ...chosen, 'wait-bg']),
  ...pairs('message or action: done', ['done'], [...pages, ...chosen]),
  ...pairs('message or action: needs you', ['attn'], [...pages, ...chosen, 'attn-bg']),
  ...pairs('Offline Mode: on', ['attn'], ['surface']),
  ...pairs('text', ['ink', 'ink-2', 'ink-3'], [...pages, ...chosen, 'wait-bg', 'attn-bg']),
  ...pairs('link, quiet button', ['accent'], [...pages, ...chosen]),
  ...pairs('button', ['accent-ink'], ['accent', 'accent-press']),
  ...pairs('unread', ['badge-ink'], ['badge']),
  ...pairs('menu', ['nav-ink', 'nav-ink-2'], nav),
  ...pairs('menu: the open tab', ['nav-accent'], ['nav'], marks),
  ...pairs('border of a field or a switch', ['line-strong'], [...pages, ...chosen], marks),
  ...pairs('presence', ['online', 'away', 'absent'], ['surface', 'nav'], marks),
];

const named = ({ state, ink, ground }: Pair) => `${state}: --${ink} on --${ground}`;

function colour(scheme: Colours, name: string): string {
  const found = scheme[name];
  if (!found) throw new Error(`tokens.css has no --${name}`);
  return found;
}

const ratio = (scheme: Colours, { ink, ground }: Pair) =>
  contrast(colour(scheme, ink), colour(scheme, ground));

describe('Contrast', () => {
  it.each([
    ['light', light],
    ['dark', dark],
  ])('is enough in every state (%s)', (_, scheme) => {
    expect(table.filter((pair) => ratio(scheme, pair) < pair.least).map(named)).toEqual([]);
  });

  it('is known of every colour of words', () => {
    const inks = Object.keys(light).filter((name) => /(^|-)ink(-|$)|^(wait|done|attn)$/.test(name));
    expect(inks.filter((name) => !table.some(({ ink }) => ink === name))).toEqual([]);
  });

  it('tells black from white, and a colour not from itself', () => {
    expect([contrast('#000000', '#ffffff'), contrast('#767676', '#767676')]).toEqual([21, 1]);
  });

  it('stands in docs/contrast.md as it is', async () => {
    const figures = (pair: Pair) => [light, dark].map((scheme) => ratio(scheme, pair).toFixed(1));
    const rows = table.map(
      (pair) =>
        `| ${pair.state} | \`${pair.ink}\` | \`${pair.ground}\` | ${pair.least} | ${figures(pair).join(' | ')} |`,
    );
    const page = [
      '# Contrast',
      '',
      'Written by `app/src/ui/contrast.test.ts` from `app/src/ui/tokens.css`: the contrast of every state, as WCAG 2.2',
      'computes it, in light and in dark. Words need 4.5, marks and borders 3.',
      '',
      '| state | colour | on | needs | light | dark |',
      '|---|---|---|---|---|---|',
      ...rows,
      '',
    ];
    await expect(page.join('\n')).toMatchFileSnapshot('../../../docs/contrast.md');
  });
});
