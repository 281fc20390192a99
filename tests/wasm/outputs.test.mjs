import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeOutput, firstDifference } from './outputs.mjs';

const output = (...fields) => ({ bytes: encodeOutput(1, 0, 0, fields), input: 7 });
const trace = (...outputs) => Buffer.concat(outputs.map((each) => each.bytes));
const describe = (input) => `input ${input}`;

test('equal outputs have no first difference', () => {
  const same = [output('{"a":1}'), output('line\nline', '')];
  assert.equal(firstDifference(same, trace(...same), describe), null);
});

test('a difference is told with its place, its input and both sides', () => {
  const text = firstDifference([output('same'), output('{"wait":41}')], trace(output('same'), output('{"wait":42}')), describe);
  assert.match(text, /^output 1 \(post\) differs at byte 18, after input 7 .*input 7/);
  assert.match(text, /browser: 2 outputs.*41/);
  assert.match(text, /native: {2}2 outputs.*42/);
});

test('an output that only one side has is a difference', () => {
  assert.match(firstDifference([output('a'), output('b')], trace(output('a')), describe), /^output 1 .*\n.*\n.*\(no output\)/);
  assert.match(firstDifference([output('a')], trace(output('a'), output('b')), describe), /browser: 1 outputs.*\(no output\)/);
});
