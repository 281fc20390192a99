// What two engines put out for the same inputs, and where they first part.

const names = { 1: 'post', 2: 'open socket', 3: 'send', 4: 'close socket', 5: 'http' };
const contextBytes = 160;

/** One output as tests/trace prints it: a line of numbers, then its fields. */
export function encodeOutput(kind, number, timeout, fields) {
  const bytes = fields.map((field) => Buffer.from(field));
  const line = [kind, number, timeout, ...bytes.map((field) => field.length)].join(' ');
  return Buffer.concat([Buffer.from(`${line}\n`), ...bytes, Buffer.from('\n')]);
}

/** The outputs of a trace, one buffer each. */
function split(bytes) {
  const outputs = [];
  for (let from = 0; from < bytes.length; ) {
    const line = bytes.indexOf(10, from);
    const sizes = bytes.subarray(from, line).toString().split(' ').slice(3).map(Number);
    const end = line + 1 + sizes.reduce((sum, size) => sum + size, 0) + 1;
    outputs.push(bytes.subarray(from, end));
    from = end;
  }
  return outputs;
}

function around(output, at) {
  if (!output) return '(no output)';
  const from = Math.max(0, at - contextBytes);
  return JSON.stringify(output.subarray(from, at + contextBytes).toString('latin1'));
}

/**
 * Null where both put out the same; else a text that says which output differs, after which input, and
 * shows both sides around the first byte that does. `ours` has {bytes, input} for each output.
 */
export function firstDifference(ours, native, describeInput) {
  const theirs = split(native);
  for (let index = 0; index < Math.max(ours.length, theirs.length); index += 1) {
    const left = ours[index]?.bytes;
    const right = theirs[index];
    if (left && right && left.equals(right)) continue;
    let at = 0;
    while (left && right && at < left.length && at < right.length && left[at] === right[at]) at += 1;
    const kind = names[Number((left ?? right).toString('latin1', 0, 1))];
    const input = ours[index]?.input ?? ours.at(-1)?.input ?? 0;
    return [
      `output ${index} (${kind}) differs at byte ${at}, after input ${input} of the browser's engine: ${describeInput(input)}`,
      `  browser: ${ours.length} outputs, this one ${left?.length ?? 0} bytes: ${around(left, at)}`,
      `  native:  ${theirs.length} outputs, this one ${right?.length ?? 0} bytes: ${around(right, at)}`,
      `  before:  ${around(ours[index - 1]?.bytes, 0)}`,
    ].join('\n');
  }
  return null;
}
