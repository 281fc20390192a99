// Somebody else's server, for the demonstration: a catalogue of spare parts that its form "Order a spare part"
// chooses from (docs/internals/http-api.md, "Choices of other servers"). Run by itself it says its port on the
// standard output and ends with its standard input.
import http from 'node:http';
import { pathToFileURL } from 'node:url';

const foundMax = 20;
const bodyMax = 64 * 1024;

/** Parts by the letters that a machine's code begins with: P-7 is a pump. */
const catalogue = {
  P: ['Mechanical seal 35 mm', 'Mechanical seal 50 mm', 'Impeller, bronze', 'Shaft sleeve', 'Bearing 6205', 'Bearing 6308', 'Gasket set'],
  F: ['Fan blade, 900 mm', 'V-belt A42', 'V-belt B60', 'Bearing 6205', 'Anti-vibration mount'],
  CH: ['Compressor oil, 20 l', 'Filter drier', 'Expansion valve', 'Pressure switch'],
  B: ['Ignition electrode', 'Flame sensor', 'Burner nozzle', 'Gasket set', 'Safety valve 6 bar'],
  L: ['Door roller', 'Call button', 'Brake lining', 'Rope grip'],
  G: ['Gate motor', 'Light barrier', 'Chain, 5 m'],
  E: ['Circuit breaker 16 A', 'Circuit breaker 63 A', 'Contactor', 'Fuse 100 A'],
  C: ['Air filter', 'Oil separator', 'V-belt B60', 'Pressure switch'],
};
const parts = [...new Set(Object.values(catalogue).flat())]
  .sort()
  .map((display, index) => ({ _id: String(index + 1), code: `N${1001 + index}`, display }));

const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Parts in whose names each word begins one; those of the machine first, and their numbers too. */
export function findParts(search, machines = []) {
  const words = plain(search).split(/\s+/).filter(Boolean);
  const fitting = new Set(machines.flatMap((code) => catalogue[code.split('-')[0]] ?? []));
  const begins = (part, word) => plain(`${part.display} ${part.code}`).split(/[\s,]+/).some((own) => own.startsWith(word));
  const found = parts.filter((part) => words.every((word) => begins(part, word)));
  return [...found.filter((part) => fitting.has(part.display)), ...found.filter((part) => !fitting.has(part.display))].slice(0, foundMax);
}

async function answer(request, response) {
  let text = '';
  for await (const piece of request) {
    text += piece;
    if (text.length > bodyMax) return response.writeHead(413).end();
  }
  if (request.method !== 'POST' || request.url !== '/parts') return response.writeHead(404).end();
  let asked;
  try {
    asked = JSON.parse(text);
  } catch {
    return response.writeHead(400).end();
  }
  const data = findParts(String(asked?.search ?? ''), asked?.data?.machine);
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ data }));
}

/** Serves the catalogue on a port of this machine until `close`. */
export async function startParts() {
  const server = http.createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { base: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {}); // of a terminal: the demonstration ends first
  const { base } = await startParts();
  console.log(base);
  process.stdin.on('end', () => process.exit(0)).resume();
}
