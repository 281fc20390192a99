// Runs every file of tests/scenarios/forms natively and in WebAssembly: each case as it says it should come
// out, and the same bytes from both. Last line: `N passed, N failed`, one for each case.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { root, start } from './module.mjs';

const folder = path.join(root, 'tests/scenarios/forms');
const world = readFileSync(path.join(folder, 'world.json'));
const native = path.join(root, 'build/dev/tests/forms/holdfast_forms_corpus');
const exports = await start('holdfast_forms_corpus');

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
  ours.forEach((line, index) => {
    const parsed = JSON.parse(line);
    const rule = `${name}: ${parsed.case}`;
    if (parsed.unreadable !== undefined || !parsed.case) complain(name, line, 'not a case');
    else if (rules.has(rule)) complain(name, line, 'this rule stands twice');
    else if ('expected' in parsed) complain(name, line, 'not as expected');
    else if (line !== theirs[index]) complain(name, line, `WebAssembly says ${theirs[index]}`);
    else passed += 1;
    rules.add(rule);
  });
  if (theirs.length !== ours.length) throw new Error(`${name}: ${theirs.length} lines from WebAssembly`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
