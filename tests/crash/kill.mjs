// kill.mjs [--cycles N | --seconds N] [--seed N] [--json]: the real server and real devices on real files,
// killed with SIGKILL at any moment and started again; in the end, what every device had promised is on the
// server exactly once, and every device holds what the server has.
// OM31 OM32 OM37: what a device has shown as saved outlives it, and has its effect exactly once.
//
// It proves what survives the death of processes. The loss of power, where writes that were not synced go
// too, is the simulator's (sim/disk.cpp).
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { binary, freePort, makeFolder, removeFolder, waitFor } from '../e2e/lib/server.mjs';
import { Device } from './device.mjs';
import { audit, channelsOf, serverFile } from './ledger.mjs';
import { Process } from './process.mjs';
import { randomFrom } from './random.mjs';

const { values: options } = parseArgs({
  options: {
    cycles: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
  },
});
const password = 'written and kept';
const people = ['one', 'two', 'three'];
const shortLifeMillisMax = 600; // of a process, from its start to its kill
const longLifeMillisMax = 2000;
const longLives = 0.2; // the share of them
const messagesMax = 30; // that a device writes in one life
const killsWanted = 2000; // of a full run
const quietMillisMax = 120_000;

const seed = Number(options.seed);
const folder = makeFolder('crash');
const data = path.join(folder, 'server');
const port = await freePort();
const server = new Process();

function startServer() {
  server.spawn(binary, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, '--log-level', 'warning'], () => undefined);
}

function makeOrganization() {
  const file = path.join(import.meta.dirname, 'organization.yaml');
  const { status, stderr } = spawnSync(binary, ['org', 'apply', file, '--data', data], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`org apply: ${stderr}`);
}

function makeDevices() {
  const channels = channelsOf(data, ['North', 'South']);
  return people.map((name, index) => {
    const device = path.join(folder, name);
    mkdirSync(device);
    return new Device({
      binary, url: `http://127.0.0.1:${port}`, data: device, name, channels,
      random: randomFrom(seed + index + 1),
      person: { email: `${name}@crash.example`, password },
    });
  });
}

const startDevice = (device) => device.start(Math.floor(device.options.random() * (messagesMax + 1)));

/** Most lives are short and end in the middle of opening, of signing in, of a first contact; some see work done. */
function lifeMillis(random) {
  return random() < longLives ? longLifeMillisMax * random() : shortLifeMillisMax * random() ** 2;
}

/** Kills a process and starts it again, at moments that nobody chose, until enough were killed. */
async function killAgainAndAgain(random, isEnough, kill, start) {
  while (!isEnough()) {
    await new Promise((resolve) => setTimeout(resolve, lifeMillis(random)));
    await kill();
    start();
  }
}

async function killAll(devices) {
  const begun = Date.now();
  let kills = 0;
  const isEnough = options.cycles === undefined
    ? () => Date.now() - begun > Number(options.seconds) * 1000
    : () => kills >= Number(options.cycles);
  const count = () => {
    kills += 1;
    if (kills % 100 === 0) console.error(`${kills} kills, ${Math.round((Date.now() - begun) / 1000)} s`);
  };
  await Promise.all([
    killAgainAndAgain(randomFrom(seed), isEnough, () => server.end('SIGKILL').then(count), startServer),
    ...devices.map((device) =>
      killAgainAndAgain(device.options.random, isEnough, () => device.kill().then(count), () => startDevice(device))),
  ]);
  return kills;
}

async function becomeQuiet(devices) {
  for (const device of devices) {
    let timer;
    // A device that ended by itself answers nothing any more.
    const tooLate = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${device.name} does not become quiet`)), quietMillisMax);
    });
    try {
      await Promise.race([tooLate, waitFor(`rest of ${device.name}`, () => device.isQuiet(), quietMillisMax)]);
    } catch (error) {
      const state = JSON.stringify(device.status);
      throw new Error(`${error.message}: ${state} ${device.crashes.join()}\n${server.crashes.join()}${server.log}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What the last one sent is on its way to the others when it has become quiet itself. */
async function becomeEqual(devices) {
  const areEqual = async () => new Set(await Promise.all(devices.map((device) => device.messagesHeld()))).size === 1;
  await waitFor('all devices to hold the same', areEqual, quietMillisMax);
}

function report(kills, figures, devices, faults) {
  const { lost, doubled, promised, unpromised } = figures;
  const refused = devices.reduce((total, device) => total + device.refused, 0);
  const note = `${lost} lost, ${doubled} doubled of ${promised} promised messages; ${unpromised} cut before a promise, `
    + `${refused} refused at once; seed ${seed}`;
  for (const fault of faults) console.error(`fault: ${fault}`);
  if (!options.json) {
    console.log(`${kills} kills: ${note}`);
    console.log(`${faults.length === 0 ? 1 : 0} passed, ${faults.length} failed`);
  } else if (faults.length === 0) {
    const figure = { bench: 'kill', value: kills, unit: 'kills', limit: killsWanted, ratio: kills / killsWanted };
    console.log(JSON.stringify({ ...figure, note, lost, doubled, promised }));
  }
}

makeOrganization();
startServer();
const devices = makeDevices();
const [first, ...others] = devices;
let faults = [];
try {
  // Without a first contact nothing can be written. One device has to make it under fire.
  others.forEach(startDevice);
  await becomeQuiet(others);
  startDevice(first);
  const kills = await killAll(devices);
  await becomeQuiet(devices);
  await becomeEqual(devices);
  await Promise.all(devices.map((device) => device.kill()));
  await server.end('SIGTERM');
  const result = audit(data, devices);
  faults = [...result.faults, ...[server, ...devices].flatMap((each) => each.crashes)];
  if (result.figures.promised === 0) faults.push('nothing was promised: this run proves nothing');
  if (devices.some((device) => device.sessionsEnded > 0)) faults.push('a session ended by itself');
  report(kills, result.figures, devices, faults);
} finally {
  await Promise.all([server.end('SIGKILL'), ...devices.map((device) => device.kill())]);
}
if (faults.length === 0) removeFolder(folder);
else console.error(`the files are kept in ${folder} (${serverFile(data)})`);
process.exitCode = faults.length === 0 ? 0 : 1;
