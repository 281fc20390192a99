// A PNG with a palette of the 256 most frequent colours: what is drawn in a few colours has hardly more, and takes a
// third of the bytes of one that Chromium writes.
import { crc32, deflateSync } from 'node:zlib';

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** Red, green, blue and alpha of a pixel as it lies in memory. */
const channelsOf = (colour) => [0, 8, 16, 24].map((bits) => (colour >>> bits) & 255);

function nearest(palette, colour) {
  const wanted = channelsOf(colour);
  const distance = (each) =>
    channelsOf(each).reduce((sum, value, i) => sum + (value - wanted[i]) ** 2, 0);
  return palette.reduce(
    (best, each, i) => (distance(each) < distance(palette[best]) ? i : best),
    0,
  );
}

/** @param rgba the bytes of all pixels, line by line. */
export function withPalette(width, rgba) {
  const colours = new Uint32Array(Uint8Array.from(rgba).buffer);
  const height = colours.length / width;
  const counts = new Map();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const palette = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a)).slice(0, 256);
  const places = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]));
  const lines = Buffer.alloc((width + 1) * height);
  colours.forEach(
    (colour, i) =>
      (lines[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = places.get(colour)),
  );
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  head[9] = 3; // one byte a pixel: its place in the palette
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => channelsOf(colour).slice(0, 3)))),
    chunk('tRNS', Buffer.from(palette.map((colour) => channelsOf(colour)[3]))),
    chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
