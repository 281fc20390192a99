// How long one call of each kind of work takes in WebAssembly under Node, in milliseconds, as JSON lines;
// holdfast_forms_timing prints the same natively. node tests/forms/timing.mjs
import { bytesOf, start } from './module.mjs';

const exports = await start(bytesOf('holdfast_forms_timing'));
exports.prepare();

for (const [name, calls] of Object.entries({ open: 20, press: 3000, search: 200, submit: 3000 })) {
  const times = [];
  for (let number = 0; number < calls; number += 1) {
    const begin = performance.now();
    if (exports[name](number) < 0) throw new Error(`${name} failed at ${number}`);
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  const [median, p95] = [0.5, 0.95].map((part) => Number(times[Math.floor(calls * part)].toFixed(4)));
  console.log(JSON.stringify({ bench: 'forms', name, where: 'wasm', median_ms: median, p95_ms: p95 }));
}
