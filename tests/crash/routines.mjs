// routines.mjs [--cycles N | --seconds N] [--seed N]: the real server, killed with SIGKILL at any moment and
// started again, while devices report work and routines carry it on; in the end, every stage of every run has had
// its effect exactly once, and each trigger has run once.
// OM28 OM32: what a start form sets off happens on the server, exactly once.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { binary, freePort, makeFolder, removeFolder, waitFor } from '../e2e/lib/server.mjs';
import { Device } from './device.mjs';
import { askFile, serverFile } from './ledger.mjs';
import { Process } from './process.mjs';
import { randomFrom } from './random.mjs';

const { values: options } = parseArgs({
  options: {
    cycles: { type: 'string' },
    seconds: { type: 'string', default: '15' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const people = ['one', 'two'];
const lifeMillisMax = 700; // of the server, from its start to its kill
const reportsMax = 12; // of a device, while the server has one life
const quietMillisMax = 120_000;
const kinds = { group: 4, message: 7, form: 11, task: 22 }; // RowKind
const journal = ['make', 'each', 'say', 'each', 'say', 'each', 'say', 'each', 'move', 'rest', 'edit'];

const seed = Number(options.seed);
const random = randomFrom(seed);
const folder = makeFolder('crash-routines');
const data = path.join(folder, 'server');
const port = await freePort();
const server = new Process();

function startServer() {
  const args = ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, '--log-level', 'warning'];
  server.spawn(binary, args, () => undefined);
}

const ask = (sql, ...values) => askFile(serverFile(data), sql, ...values);

const rowsOf = (kind) =>
  ask('SELECT id, CAST(body AS TEXT) AS body FROM bucket_row WHERE kind = ?', kind).map(({ id, body }) => ({
    id: String(id),
    ...JSON.parse(body),
  }));

function makeOrganization() {
  const file = path.join(import.meta.dirname, 'routines.yaml');
  const { status, stderr } = spawnSync(binary, ['org', 'apply', file, '--data', data], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`org apply: ${stderr}`);
}

function makeDevices() {
  const [group] = rowsOf(kinds.group);
  const [form] = rowsOf(kinds.form);
  return people.map((name, index) => {
    const device = path.join(folder, name);
    mkdirSync(device);
    return new Device({
      binary, url: `http://127.0.0.1:${port}`, data: device, name,
      random: randomFrom(seed + index + 1),
      person: { email: `${name}@crash.example`, password: 'written and kept' },
      action: (what) => ({
        kind: 'task.create',
        args: { group: group.id, workflow: 'repair', form: form.current, answers: { what } },
      }),
    });
  });
}

/** Runs that a kill has left between two stages. */
function caughtRuns() {
  const [{ caught }] = ask(
    'SELECT count(*) AS caught FROM run WHERE state = 1 AND id IN (SELECT run FROM run_entry)',
  );
  return Number(caught);
}

async function killAgainAndAgain(devices) {
  const begun = Date.now();
  const figures = { kills: 0, caught: 0 };
  const isEnough = () =>
    options.cycles === undefined
      ? Date.now() - begun > Number(options.seconds) * 1000
      : figures.kills >= Number(options.cycles);
  while (!isEnough()) {
    for (const device of devices) device.writeMore(Math.floor(random() * (reportsMax + 1)));
    await new Promise((resolve) => setTimeout(resolve, lifeMillisMax * random()));
    await server.end('SIGKILL');
    figures.kills += 1;
    figures.caught += caughtRuns();
    startServer();
  }
  return figures;
}

async function becomeQuiet(devices) {
  for (const device of devices) {
    await waitFor(`rest of ${device.name}`, () => device.isQuiet(), quietMillisMax);
  }
  const openRuns = () => Number(ask('SELECT count(*) AS open FROM run WHERE state = 1')[0].open);
  await waitFor('all routines to end', () => openRuns() === 0, quietMillisMax);
}

/** A sentence for each thing that is not as it has to be. */
function audit(devices) {
  const faults = [];
  const expect = (holds, text) => holds || faults.push(text);
  const texts = new Map();
  for (const { text } of rowsOf(kinds.message)) texts.set(text, (texts.get(text) ?? 0) + 1);
  const tasks = rowsOf(kinds.task);
  const runs = ask('SELECT id, routine, state, task FROM run');
  const entries = ask('SELECT run, position, entry FROM run_entry ORDER BY run, position');
  const stagesOf = Map.groupBy(entries, ({ run }) => String(run));
  for (const device of devices) {
    for (const [what, intent] of device.promised) {
      const made = tasks.filter(({ name }) => name === what);
      expect(made.length === 1 && made[0].id === intent, `${what}: ${made.length} tasks`);
      expect(made[0]?.state === 'doing', `${what}: in ${made[0]?.state}`);
      expect(made[0]?.info === `task ${made[0]?.serial}`, `${what}: said to be ${made[0]?.info}`);
      for (const text of [`1 of ${what}`, `2 of ${what}`, `3 of ${what}`, `welcome to ${what}`]) {
        expect(texts.get(text) === 1, `${text}: said ${texts.get(text) ?? 0} times`);
      }
      const own = runs.filter(({ task }) => String(task) === intent);
      expect(own.length === 2, `${what}: ${own.length} runs`);
      const stages = (stagesOf.get(intent) ?? []).map(({ entry }) => JSON.parse(entry).stage);
      expect(String(stages) === String(journal), `${what}: went ${stages}`);
    }
  }
  expect(runs.every(({ state }) => Number(state) === 2), 'a run has failed');
  const serials = tasks.map(({ serial }) => serial);
  expect(new Set(serials).size === serials.length, 'two tasks have one number');
  return faults;
}

makeOrganization();
startServer();
const devices = makeDevices();
let faults = [];
try {
  for (const device of devices) device.start(1);
  await becomeQuiet(devices);
  const { kills, caught } = await killAgainAndAgain(devices);
  await becomeQuiet(devices);
  await Promise.all(devices.map((device) => device.kill()));
  await server.end('SIGTERM');
  faults = [...audit(devices), ...[server, ...devices].flatMap((each) => each.crashes)];
  const promised = devices.reduce((total, device) => total + device.promised.size, 0);
  const stages = Number(ask('SELECT count(*) AS stages FROM run_entry')[0].stages);
  if (caught === 0) faults.push('no kill came between two stages: this run proves nothing');
  for (const fault of faults.slice(0, 20)) console.error(`fault: ${fault}`);
  console.log(`${kills} kills: ${stages} stages of ${promised} reports, ${caught} runs caught between two stages; seed ${seed}`);
  console.log(`${faults.length === 0 ? 1 : 0} passed, ${faults.length === 0 ? 0 : 1} failed`);
} finally {
  await Promise.all([server.end('SIGKILL'), ...devices.map((device) => device.kill())]);
}
if (faults.length === 0) removeFolder(folder);
else console.error(`the files are kept in ${folder} (${serverFile(data)})\n${server.log}`);
process.exitCode = faults.length === 0 ? 0 : 1;
