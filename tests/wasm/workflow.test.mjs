// The workflow's scenarios in the browser's build: each answers as its file says, with the same bytes as
// natively.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';

import { root } from '../e2e/lib/server.mjs';

const folder = path.join(root, 'tests/scenarios/workflow/cases');
const bundles = path.join(root, 'examples/workflows');
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
let play;

/** The module's imports are wasi's, none of which a scenario may reach. */
function imports(module) {
  const wanted = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    wanted[from] ??= {};
    wanted[from][name] = () => assert.fail(`${from}.${name} was called`);
  }
  return wanted;
}

before(async () => {
  const file = path.join(root, 'build/wasm/tests/scenarios/workflow/holdfast_workflow_play.wasm');
  const module = await WebAssembly.compile(readFileSync(file));
  const { exports } = await WebAssembly.instantiate(module, imports(module));
  exports._initialize();
  const put = (text) => {
    const bytes = Buffer.from(text);
    const at = exports.allocate(bytes.length);
    new Uint8Array(exports.memory.buffer, at, bytes.length).set(bytes);
    return [at, bytes.length];
  };
  play = (scenario, bundle) => {
    const size = exports.run(...put(scenario), ...put(bundle));
    return Buffer.from(exports.memory.buffer, exports.output_text(), size).toString();
  };
});

test('there are scenarios', () => assert.ok(names.length >= 30));

for (const name of names) {
  test(`${name} answers with the native bytes`, () => {
    const file = path.join(folder, name);
    const scenario = readFileSync(file, 'utf8');
    const bundle = readFileSync(path.join(bundles, `${JSON.parse(scenario).bundle}.json`), 'utf8');
    const program = path.join(root, 'build/dev/tests/scenarios/workflow/holdfast_workflow_play');
    const native = spawnSync(program, [bundles, file], { encoding: 'utf8' });
    assert.equal(native.status, 0, native.stderr);
    assert.equal(`== ${file}\n${play(scenario, bundle)}\n`, native.stdout);
  });
}
