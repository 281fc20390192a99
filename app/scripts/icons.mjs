// Draws the PNG icons of the manifest from the two SVG files: `npm run icons`.
import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

import { withPalette } from './palette.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const folder = new URL('../public/icons/', import.meta.url);
for (const [source, target, size] of [
  ['icon.svg', 'icon-192.png', 192],
  ['icon.svg', 'icon-512.png', 512],
  ['maskable.svg', 'maskable-512.png', 512],
]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const svg = readFileSync(new URL(source, folder), 'utf8').replace(
    '<svg ',
    `<svg width="${size}" height="${size}" `,
  );
  await page.setContent(`<body style="margin:0">${svg}</body>`);
  const drawn = await page.screenshot({ omitBackground: true });
  writeFileSync(new URL(target, folder), withPalette(drawn));
}
await browser.close();
