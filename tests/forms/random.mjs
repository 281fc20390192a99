// Random forms and answers, each made of a seed of its own: the engine says the same natively, in WebAssembly
// under Node and in Chromium. Digests are compared, and where one differs, the worlds that it is made of.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

const digests = 100;
const each = 1000; // worlds in a digest

/** From these arguments the module's export makes the same seed. */
export const halves = (seed) => [Number(seed >> 32n), Number(seed & 0xffffffffn)];

function natively(program, seed, count, size) {
  const result = spawnSync(program, ['--verdicts', String(seed), String(count), String(size)]);
  if (result.status !== 0) throw new Error(`${program}: ${result.stderr}`);
  return result.stdout.toString().split('\n').slice(0, -1);
}

/**
 * Compares `digests` × `each` worlds. `others` has for each name a function of a seed, a count and a size that
 * gives as many digests. Returns lines about worlds that differ; HOLDFAST_FORMS_SEED says where to begin.
 */
export async function compareVerdicts(program, others) {
  const given = process.env.HOLDFAST_FORMS_SEED;
  const first = given ? BigInt(given) : BigInt.asUintN(63, randomBytes(8).readBigUInt64LE());
  const ours = natively(program, first, digests, each);
  const differing = [];
  for (const [name, digestsOf] of Object.entries(others)) {
    const theirs = await digestsOf(first, digests, each);
    const at = ours.findIndex((digest, index) => digest !== theirs[index]);
    if (at < 0 && theirs.length === ours.length) continue;
    const seed = first + BigInt(at * each);
    const single = natively(program, seed, each, 1);
    const worlds = await digestsOf(seed, each, 1);
    const world = single.findIndex((digest, index) => digest !== worlds[index]);
    differing.push(`${name} differs; again with HOLDFAST_FORMS_SEED=${seed + BigInt(Math.max(world, 0))}`);
  }
  console.log(`${digests * each} random worlds from seed ${first}, digest ${ours.at(-1)}`);
  return differing;
}
