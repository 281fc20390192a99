// Writes a PNG of 8 bits a channel anew with a palette of its 256 most frequent colours: what is drawn in a few
// colours has hardly more, and takes a third of the bytes.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function* chunksOf(png) {
  for (let at = signature.length; at < png.length;) {
    const bytes = png.readUInt32BE(at);
    const name = png.toString('latin1', at + 4, at + 8);
    yield { name, data: png.subarray(at + 8, at + 8 + bytes) };
    at += bytes + 12;
  }
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

function paeth(left, up, corner) {
  const [a, b, c] = [left, up, corner].map((each) => Math.abs(left + up - corner - each));
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** The colours of the pixels, each as one number: red, green, blue, alpha. */
function pixelsOf(png) {
  const chunks = [...chunksOf(png)];
  const head = chunks[0].data;
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[head[9]];
  if (head[8] !== 8 || !channels || head[12] !== 0) throw new Error('not a PNG that is known here');
  const raw = inflateSync(
    Buffer.concat(chunks.filter(({ name }) => name === 'IDAT').map(({ data }) => data)),
  );
  const line = width * channels;
  const bytes = Buffer.alloc(line * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (line + 1)];
    for (let x = 0; x < line; x += 1) {
      const at = y * line + x;
      const left = x < channels ? 0 : bytes[at - channels];
      const up = y === 0 ? 0 : bytes[at - line];
      const corner = x < channels || y === 0 ? 0 : bytes[at - line - channels];
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      bytes[at] = raw[y * (line + 1) + 1 + x] + guess;
    }
  }
  const colours = Array.from({ length: width * height }, (_, i) => {
    const at = i * channels;
    const alpha = channels === 4 ? bytes[at + 3] : 255;
    return alpha === 0
      ? 0
      : bytes[at] * 2 ** 24 + bytes[at + 1] * 2 ** 16 + bytes[at + 2] * 2 ** 8 + alpha;
  });
  return { width, height, colours };
}

const channelsOf = (colour) => [24, 16, 8, 0].map((bits) => Math.floor(colour / 2 ** bits) % 256);

function nearest(palette, colour) {
  const wanted = channelsOf(colour);
  const distance = (each) =>
    channelsOf(each).reduce((sum, value, i) => sum + (value - wanted[i]) ** 2, 0);
  return palette.reduce(
    (best, each, i) => (distance(each) < distance(palette[best]) ? i : best),
    0,
  );
}

export function withPalette(png) {
  const { width, height, colours } = pixelsOf(png);
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
    signature,
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => channelsOf(colour).slice(0, 3)))),
    chunk('tRNS', Buffer.from(palette.map((colour) => channelsOf(colour)[3]))),
    chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
