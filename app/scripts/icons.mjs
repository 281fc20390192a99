// Draws the PNG icons of the manifest from the two SVG files: `npm run icons`.
import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

import { withPalette } from './palette.mjs';

/** In the page: the bytes of the pixels. */
async function draw([svg, size]) {
  const picture = new Image(size, size);
  picture.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = new OffscreenCanvas(size, size).getContext('2d');
  canvas.drawImage(picture, 0, 0, size, size);
  return [...canvas.getImageData(0, 0, size, size).data];
}

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage();
const folder = new URL('../public/icons/', import.meta.url);
for (const [source, target, size] of [
  ['icon.svg', 'icon-192.png', 192],
  ['icon.svg', 'icon-512.png', 512],
  ['maskable.svg', 'maskable-512.png', 512],
]) {
  const svg = readFileSync(new URL(source, folder), 'utf8');
  const rgba = await page.evaluate(draw, [svg, size]);
  writeFileSync(new URL(target, folder), withPalette(size, rgba));
}
await browser.close();
