// The browser's module under Node, on real files, against a real server: the same worker code as in the
// app. OM3 OM37: what it stores survives; and the native engine puts out the same bytes for the same inputs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readdirSync, readFileSync, readSync, statSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';

import { Engine } from '../../app/src/worker/engine.ts';
import { Transport } from '../../app/src/worker/transport.ts';
import { ana, bruno } from '../e2e/lib/app.mjs';
import { startProxy } from '../e2e/lib/proxy.mjs';
import { makeFolder, removeFolder, root, startServer, waitFor } from '../e2e/lib/server.mjs';
import { encodeOutput, firstDifference } from './outputs.mjs';

const names = ['replica.db', 'outbox.db'].flatMap((name) => [name, `${name}-wal`, `${name}-journal`]);
const module = await WebAssembly.compile(readFileSync(path.join(root, 'app/src/gen/holdfast.wasm')));
const folders = [];
let server;

before(async () => {
  // No browser comes here, so that this needs no built app: a page that says nothing stands for it.
  const app = folder('app');
  writeFileSync(path.join(app, 'index.html'), '<!doctype html>');
  server = await startServer(folder('server'), { app });
  globalThis.self = { location: new URL(`http://127.0.0.1:${server.port}/`) };
  const fetchAbsolute = globalThis.fetch;
  globalThis.fetch = (address, options) => fetchAbsolute(new URL(address, self.location), options);
  self.postMessage = ({ request, ...answer }) => {
    const { fetcher, own } = asked.get(request);
    asked.delete(request);
    fetcher.onmessage({ data: { ...answer, request: own } });
  };
  await import('../../app/src/worker/fetcher.ts');
  globalThis.Worker = Fetcher;
});
after(async () => {
  await server?.stop();
  folders.forEach(removeFolder);
});

/** Requests under way, of all devices, by numbers of their own. */
const asked = new Map();
let nextAsked = 1;

/** The app's thread for requests, on this one. */
class Fetcher {
  postMessage(data) {
    const number = nextAsked++;
    asked.set(number, { fetcher: this, own: data.request });
    void self.onmessage({ data: { ...data, request: number } });
  }
}

function folder(name) {
  const made = makeFolder(name);
  folders.push(made);
  return made;
}

/** A plain file in the shape of the browser's access handle. */
function plainFile(name) {
  const file = openSync(name, 'a+');
  closeSync(file);
  const handle = openSync(name, 'r+');
  return {
    read: (into, { at }) => readSync(handle, into, 0, into.length, at),
    write: (from, { at }) => writeSync(handle, from, 0, from.length, at),
    truncate: (size) => ftruncateSync(handle, size),
    getSize: () => fstatSync(handle).size,
    flush: () => fsyncSync(handle),
    close: () => closeSync(handle),
  };
}

/** The engine in `data`, pumped as worker/owner.ts does it; records its inputs and outputs. */
class Device {
  #calls = new Map();
  #next = 1;
  #timer;
  #transport;
  snapshots = new Map();
  inputs = [];
  outputs = [];

  static async open(data) {
    const device = new Device();
    const handles = names.map((name) => plainFile(path.join(data, name)));
    const random = crypto.getRandomValues;
    crypto.getRandomValues = (bytes) => bytes.fill(0);
    device.engine = await Engine.instantiate(module, () => ({ names, handles, persistent: true }));
    device.#record();
    assert.equal(device.engine.open(false), 0);
    crypto.getRandomValues = random;
    device.handles = handles;
    device.#transport = new Transport(() => device.engine, () => device.pump());
    return device;
  }

  #record() {
    const kinds = { call: 1, socketOpened: 2, socketReceived: 3, socketClosed: 4, httpAnswered: 5, timePassed: 6 };
    for (const [name, kind] of Object.entries(kinds)) {
      const original = this.engine[name].bind(this.engine);
      this.engine[name] = (...args) => {
        const now = performance.now();
        const wall = Date.now();
        const clocks = [performance.now, Date.now];
        performance.now = () => now;
        Date.now = () => wall;
        const text = kind === 1 ? Buffer.from(args[0]) : null;
        const brought = kind === 1 ? args[1] : undefined; // of a file: its record is of kind 7
        const bytes = text ? Buffer.concat([text, brought ?? Buffer.alloc(0)]) : kind === 3 ? args[1] : kind === 5 ? args[3] : Buffer.alloc(0);
        const number = kind === 1 ? (brought ? text.length : 0) : kind === 6 ? 0 : args[0];
        const [status, ours] = kind === 5 ? [args[1], +args[2]] : [0, 0];
        this.inputs.push(Buffer.from(`${brought ? 7 : kind} ${number} ${status} ${ours} ${Math.trunc(now)} ${wall} ${bytes.length}\n`), Buffer.from(bytes));
        original(...args);
        [performance.now, Date.now] = clocks;
      };
    }
  }

  describeInput(index) {
    const bytes = this.inputs[2 * index + 1].toString('latin1', 0, 200);
    return `${this.inputs[2 * index].toString().trim()} ${JSON.stringify(bytes)}`;
  }

  #print(output) {
    const fields = {
      post: () => [1, 0, 0, [output.json, output.bytes]],
      open_socket: () => [2, output.socket, 0, []],
      send_socket: () => [3, output.socket, 0, [output.bytes]],
      close_socket: () => [4, output.socket, 0, []],
      http: () => [5, output.request, output.timeoutMillis, [output.method, output.path, output.contentType, output.authorization, output.body, output.headers]],
    };
    const [kind, number, timeout, values] = fields[output.kind]();
    this.outputs.push({ bytes: encodeOutput(kind, number, timeout, values), input: this.inputs.length / 2 - 1 });
  }

  pump() {
    for (let output = this.engine.poll(); output; output = this.engine.poll()) {
      this.#print(output);
      if (output.kind === 'post') this.#post(JSON.parse(output.json), output.bytes);
      else if (output.kind === 'open_socket') this.#transport.open(output.socket);
      else if (output.kind === 'send_socket') this.#transport.send(output.socket, output.bytes);
      else if (output.kind === 'close_socket') this.#transport.close(output.socket);
      else void this.#transport.request(output);
    }
    clearTimeout(this.#timer);
    const wait = this.engine.untilDeadline();
    if (wait !== null) {
      this.#timer = setTimeout(() => {
        this.engine.timePassed();
        this.pump();
      }, wait);
    }
  }

  #post(message, bytes) {
    if ('push' in message) this.snapshots.set(message.push, message);
    else this.#calls.get(message.reply)?.({ ...message, bytes });
  }

  call(call, args, bytes) {
    const id = this.#next++;
    const answer = new Promise((resolve) => this.#calls.set(id, resolve));
    this.engine.call(JSON.stringify({ id, call, args }), bytes);
    this.pump();
    return { id, answer };
  }

  /** Attaches a file to the message that is being written in a channel. */
  async attach(channel, name, bytes) {
    const begun = await this.call('begin_file', { channel, name, bytes: bytes.length, thumbnail: '' }).answer;
    assert.ok('ok' in begun, JSON.stringify(begun));
    const { file } = begun.ok;
    for (let at = 0; at < bytes.length; at += 256 * 1024) {
      const added = await this.call('add_bytes', { file }, bytes.subarray(at, at + 256 * 1024)).answer;
      assert.ok('ok' in added, JSON.stringify(added));
    }
    return file;
  }

  subscribe(args) {
    const { id } = this.call('subscribe', args);
    return () => this.snapshots.get(id)?.snapshot;
  }

  start() {
    return this.call('start', {
      mobile_hint: true, coarse_pointer: true, touch_points: 5, screen_width: 390, installed: false,
      online: true, visible: true, locale: 'en', device_name: 'Node', persistent_storage: true,
    }).answer;
  }

  /** As when the system ends the app: nothing is told, nothing is closed in order. */
  vanish() {
    clearTimeout(this.#timer);
    this.engine = { socketClosed() {}, socketReceived() {}, socketOpened() {}, httpAnswered() {}, poll: () => null, untilDeadline: () => null };
    this.#transport.open = () => undefined;
    this.handles.forEach((handle) => handle.close());
  }
}

/** The native engine, given the same inputs, must have put out the same bytes. */
function assertSameNatively(device) {
  const replay = spawnSync(path.join(root, 'build/dev/tests/trace/holdfast_trace'), [folder('native')], {
    input: Buffer.concat(device.inputs), maxBuffer: 1 << 30,
  });
  assert.equal(replay.status, 0, replay.stderr.toString());
  const difference = firstDifference(device.outputs, replay.stdout, (input) => device.describeInput(input));
  if (difference) writeFileSync(path.join(root, 'build/trace-inputs'), Buffer.concat(device.inputs));
  assert.equal(difference, null, `native and browser engines put out different bytes (inputs in build/trace-inputs): ${difference}`);
}

test('synchronizes the demonstration, survives its end, and equals the native engine byte for byte', async () => {
  const data = folder('device');
  const device = await Device.open(data);
  await device.start();
  const status = device.subscribe({ query: 'status' });
  const menu = device.subscribe({ query: 'menu' });
  const signedIn = await device.call('sign_in', ana).answer;
  assert.ok('ok' in signedIn, JSON.stringify(signedIn));
  await waitFor('complete synchronization', () => status()?.bar.kind === 'ready');
  assert.ok(menu().groups.length > 5);

  const group = device.subscribe({ query: 'group', group: menu().groups.find((each) => each.name === 'Safety').id });
  await waitFor('channels', () => group()?.channels.length > 0);
  const channel = group().channels[0].id;
  const saved = await device.call('submit', { kind: 'message.post', args: { channel, text: 'Written under Node', reply_to: [] } }).answer;
  assert.ok('ok' in saved, JSON.stringify(saved));
  await waitFor('delivery', () => status().bar.waiting === 0);
  device.vanish();

  const again = await Device.open(data);
  await again.start();
  const statusAgain = again.subscribe({ query: 'status' });
  await waitFor('resume', () => statusAgain()?.bar.kind === 'ready');
  again.vanish();

  const database = new DatabaseSync(path.join(data, 'replica.db'));
  assert.equal(database.prepare('PRAGMA integrity_check').get().integrity_check, 'ok');
  const { rows } = database.prepare('SELECT count(*) AS rows FROM row WHERE kind = 7').get();
  assert.ok(rows > 10_000, `${rows} messages`);
  database.close();

  assertSameNatively(device);
});

test('equals the native engine byte for byte while the network comes and goes and everything is asked for', async () => {
  const proxy = await startProxy(server.port);
  self.location = new URL(`http://127.0.0.1:${proxy.port}/`);
  const device = await Device.open(folder('device'));
  await device.start();
  const status = device.subscribe({ query: 'status' });
  const menu = device.subscribe({ query: 'menu' });
  for (const query of ['session', 'people', 'outbox', 'settings']) device.subscribe({ query });
  const signedIn = await device.call('sign_in', bruno).answer;
  assert.ok('ok' in signedIn, JSON.stringify(signedIn));
  await waitFor('the first groups', () => menu()?.groups.length > 0);
  for (const { id } of menu().groups) device.subscribe({ query: 'group', group: id });
  device.subscribe({ query: 'search', text: 'pump' });
  const hasChannels = () => [...device.snapshots.values()].find(({ snapshot }) => snapshot?.channels?.length > 0 && snapshot.group);
  const { id: channel } = (await waitFor('channels', hasChannels)).snapshot.channels[0];
  for (const anchor of ['latest', 'unread']) device.subscribe({ query: 'messages', channel, anchor, before: 60, after: 60 });

  for (let round = 0; round < 3; round += 1) {
    proxy.cut();
    await waitFor('a lost connection', () => status().connection.state === 'waiting');
    await device.call('set_offline_mode', { on: true }).answer;
    for (let count = 0; count < 5; count += 1) {
      await device.call('submit', { kind: 'message.post', args: { channel, text: `Round ${round}, ${count}`, reply_to: [] } }).answer;
    }
    proxy.restore();
    await device.call('try_now', {}).answer;
    await waitFor('delivery', () => status().connection.state === 'connected' && status().bar.waiting === 0);
    await device.call('set_offline_mode', { on: false }).answer;
  }
  await waitFor('complete synchronization', () => status().bar.kind === 'ready');
  device.vanish();
  await proxy.close();
  assertSameNatively(device);
});

/** What the server holds of an upload that is not finished, and of whole files. */
function filesOn(data) {
  const sizes = (folder) => (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
    .filter((entry) => entry.isFile())
    .map((entry) => ({ name: entry.name, size: statSync(path.join(entry.parentPath, entry.name)).size }));
  return { parts: sizes(path.join(data, 'files/uploads')), content: sizes(path.join(data, 'files/content')) };
}

test('OM31 OM32 OM37: a file that was attached offline arrives once and as it was, cut and killed on its way', async () => {
  const proxy = await startProxy(server.port);
  self.location = new URL(`http://127.0.0.1:${proxy.port}/`);
  const data = folder('device');
  let device = await Device.open(data);
  await device.start();
  let status = device.subscribe({ query: 'status' });
  const menu = device.subscribe({ query: 'menu' });
  assert.ok('ok' in (await device.call('sign_in', ana).answer));
  await waitFor('complete synchronization', () => status()?.bar.kind === 'ready');
  const group = device.subscribe({ query: 'group', group: menu().groups.find((each) => each.name === 'Safety').id });
  const { id: channel } = (await waitFor('channels', () => group()?.channels.length > 0 && group())).channels[0];
  proxy.cut();
  await waitFor('a lost connection', () => status().connection.state === 'waiting');
  await device.call('set_offline_mode', { on: true }).answer;

  const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(12_000_000)]);
  const sum = createHash('sha256').update(bytes).digest('hex');
  const file = await device.attach(channel, 'plan.pdf', bytes);
  const posted = await device.call('submit', { kind: 'message.post', args: { channel, text: 'The plan', reply_to: [], files: [file] } }).answer;
  assert.ok('ok' in posted, JSON.stringify(posted));
  const recorded = device;

  for (const least of [200_000, 3_000_000, 7_000_000]) {
    device.vanish();
    device = await Device.open(data);
    await device.start();
    status = device.subscribe({ query: 'status' });
    proxy.restore();
    await waitFor(`${least} bytes on the server`, () => filesOn(server.data).parts.some(({ size }) => size >= least));
    proxy.cut();
    assert.equal(filesOn(server.data).content.some(({ name }) => name === sum), false, 'it was cut before its end');
  }
  proxy.restore();
  await device.call('try_now', {}).answer;
  await waitFor('the whole file', () => filesOn(server.data).content.some(({ name }) => name === sum));
  await waitFor('the device to know', () => status().uploads.files === 0 && status().bar.waiting === 0);
  assert.equal(filesOn(server.data).parts.length, 0);

  const pieces = [];
  for (let at = 0; at < bytes.length; ) {
    const part = await device.call('read_file', { file, at }).answer;
    assert.ok('ok' in part, JSON.stringify(part));
    pieces.push(Buffer.from(part.bytes));
    at += part.bytes.length;
  }
  assert.equal(Buffer.concat(pieces).equals(bytes), true, 'what is kept here is what was sent');
  device.vanish();
  await proxy.close();
  assertSameNatively(recorded);
});
