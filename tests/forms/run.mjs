// Runs every file of tests/scenarios/forms natively, and in WebAssembly under Node and in Chromium: each case as
// it says it should come out, and the same bytes from all. Then random forms and answers, likewise (random.mjs).
// Last line: `N passed, N failed`, one for each case.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { launch } from '../e2e/lib/browser.mjs';
import { makeFolder, removeFolder } from '../e2e/lib/server.mjs';
import { bytesOf, root, start } from './module.mjs';
import { compareVerdicts, halves } from './random.mjs';

const folder = path.join(root, 'tests/scenarios/forms');
const world = readFileSync(path.join(folder, 'world.json'));
const native = path.join(root, 'build/dev/tests/forms/holdfast_forms_corpus');
const exports = await start(bytesOf('holdfast_forms_corpus'));

const profile = makeFolder('corpus');
const { context, page } = await launch(profile);

/** The same module in a page, kept between the files. */
await page.evaluate(
  async ({ source, module }) => {
    const bytes = Uint8Array.from(atob(module), (letter) => letter.charCodeAt(0));
    globalThis.corpus = await new Function(`return ${source}`)()(bytes);
  },
  { source: start.toString(), module: bytesOf('holdfast_forms_corpus').toString('base64') },
);

const runInChromium = (file) =>
  page.evaluate(
    (texts) => {
      const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const { memory, allocate, run, output_text } = globalThis.corpus;
      const places = texts.flatMap((text) => {
        const given = bytes(text);
        const at = allocate(given.length);
        new Uint8Array(memory.buffer).set(given, at);
        return [at, given.length];
      });
      const size = run(...places);
      return new TextDecoder().decode(new Uint8Array(memory.buffer, output_text(), size));
    },
    [world.toString('base64'), file.toString('base64')],
  );

/** Digests of random verdicts, from the module in a page. */
const digestInChromium = (seed, count, each) =>
  page.evaluate(
    ([seeds, size]) => {
      const { memory, digest, output_text } = globalThis.corpus;
      return seeds.map(([high, low]) => {
        const bytes = digest(high, low, size);
        return new TextDecoder().decode(new Uint8Array(memory.buffer, output_text(), bytes));
      });
    },
    [seedsFrom(seed, count, each), each],
  );

const seedsFrom = (seed, count, each) =>
  Array.from({ length: count }, (_, index) => halves(seed + BigInt(index * each)));

const digestInWasm = (seed, count, each) =>
  seedsFrom(seed, count, each).map((pair) => {
    const size = exports.digest(...pair, each);
    return Buffer.from(exports.memory.buffer, exports.output_text(), size).toString();
  });

function put(bytes) {
  const at = exports.allocate(bytes.length);
  new Uint8Array(exports.memory.buffer).set(bytes, at);
  return [at, bytes.length];
}

function runInWasm(file) {
  const size = exports.run(...put(world), ...put(file));
  return Buffer.from(exports.memory.buffer, exports.output_text(), size).toString();
}

function runNatively(file) {
  const result = spawnSync(native, [path.join(folder, 'world.json'), file], { maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`${file}: ${result.stderr}`);
  const text = result.stdout.toString();
  return text.slice(text.indexOf('\n') + 1);
}

let passed = 0;
let failed = 0;
function complain(name, line, why) {
  failed += 1;
  const { case: rule, expected, unsaid, result, unreadable } = JSON.parse(line);
  console.log(`FAILED  ${name}: ${rule ?? unreadable} (${why})`);
  if (expected === undefined) return;
  const named = Object.fromEntries(Object.keys(expected ?? {}).map((key) => [key, result?.[key]]));
  console.log(`  expected ${JSON.stringify(expected)}\n  got      ${JSON.stringify({ ...unsaid, ...named })}`);
}

const names = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'world.json');
const rules = new Set();
for (const name of names.sort()) {
  const file = path.join(folder, name);
  const ours = runNatively(file).split('\n').slice(0, -1);
  const theirs = runInWasm(readFileSync(file)).split('\n').slice(0, -1);
  const chromium = (await runInChromium(readFileSync(file))).split('\n').slice(0, -1);
  ours.forEach((line, index) => {
    const parsed = JSON.parse(line);
    const rule = `${name}: ${parsed.case}`;
    if (parsed.unreadable !== undefined || !parsed.case) complain(name, line, 'not a case');
    else if (rules.has(rule)) complain(name, line, 'this rule stands twice');
    else if ('expected' in parsed) complain(name, line, 'not as expected');
    else if (line !== theirs[index]) complain(name, line, `WebAssembly says ${theirs[index]}`);
    else if (line !== chromium[index]) complain(name, line, `Chromium says ${chromium[index]}`);
    else passed += 1;
    rules.add(rule);
  });
  for (const [where, lines] of Object.entries({ WebAssembly: theirs, Chromium: chromium })) {
    if (lines.length !== ours.length) throw new Error(`${name}: ${lines.length} lines from ${where}`);
  }
}
const differing = await compareVerdicts(native, { WebAssembly: digestInWasm, Chromium: digestInChromium });
for (const line of differing) console.log(`FAILED  random verdicts: ${line}`);
failed += differing.length;
await context.close();
removeFolder(profile);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
