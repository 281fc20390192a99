// OM29, OM33: what the server calls tus is what somebody else's client takes for tus. Uploads go
// through a proxy that cuts them at random; every file arrives whole, once.
//
//   node --test tests/files           HOLDFAST_UPLOADS=1000: so many of them
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import * as tus from 'tus-js-client';

import { Process } from '../crash/process.mjs';
import { ana } from '../e2e/lib/app.mjs';
import { startProxy } from '../e2e/lib/proxy.mjs';
import { binary, makeFolder, removeFolder, startServer, waitFor } from '../e2e/lib/server.mjs';

const uploads = Number(process.env.HOLDFAST_UPLOADS ?? 40);
const cutsMax = 4; // of one upload
const bytesMax = 400_000;

const platform = {
  mobile_hint: true, coarse_pointer: true, touch_points: 5, screen_width: 390, installed: true,
  online: true, visible: true, locale: 'en', device_name: 'tus', persistent_storage: true,
};

/** `holdfast client calls`, one call after the other. */
class Caller {
  #process = new Process();
  #next = 1;
  #waiting = new Map();
  #pushes = new Map();

  constructor(url, data) {
    this.#process.spawn(binary, ['client', '--server', url, '--data', data, 'calls'], (line) => {
      const message = JSON.parse(line);
      if ('push' in message) this.#pushes.set(message.push, message.snapshot);
      else this.#waiting.get(message.reply)?.(message);
    });
  }
  ask(call, args) {
    const id = this.#next++;
    this.#process.write(JSON.stringify({ id, call, args }));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (reply) => ('error' in reply ? reject(new Error(`${call}: ${reply.error.code}`)) : resolve(reply.ok)));
    });
  }
  subscribe(query) {
    const id = this.#next;
    void this.ask('subscribe', query);
    return () => this.#pushes.get(id);
  }
  end() {
    return this.#process.end('SIGTERM');
  }
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const data = makeFolder('tus');
const home = makeFolder('tus-client');
let server;
let proxy;
let caller;
let channel;
let token;
let device;
let nextFile = 0x70000000;

before(async () => {
  server = await startServer(data, { app: '' });
  proxy = await startProxy(server.port);
  const url = `http://127.0.0.1:${server.port}`;
  caller = new Caller(url, home);
  await caller.ask('start', platform);
  await caller.ask('sign_in', ana);
  const menu = caller.subscribe({ query: 'menu' });
  const group = await waitFor('a group', () => menu()?.groups.find(({ kind }) => kind === 'standard')?.id);
  const inside = caller.subscribe({ query: 'group', group });
  channel = await waitFor('a channel', () => inside()?.channels[0]?.id);
  const signIn = await fetch(`${url}/auth/v1/sign-in`, {
    method: 'POST',
    body: JSON.stringify({ ...ana, device: { number: '0', salt: '0', name: 'tus', class: 'mobile' } }),
  });
  const session = await signIn.json();
  [token, device] = [session.access_token, session.device];
});

after(async () => {
  await caller?.end();
  await proxy?.close();
  await server?.stop();
  removeFolder(data);
  removeFolder(home);
});

/** Posts the message that a file belongs to; when it is answered, the server may not have it yet. */
async function announce(bytes) {
  const id = ((BigInt(device) << 32n) | BigInt(nextFile++)).toString();
  const claim = { id, name: 'bytes.bin', type: 'application/octet-stream', bytes: bytes.length, sha256: sha256(bytes) };
  await caller.ask('submit', { kind: 'message.post', args: { channel, text: `file ${id}`, reply_to: [], files: [claim] } });
  return id;
}

async function linkTo(id) {
  const answer = await fetch(`http://127.0.0.1:${server.port}/files/v1/links`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify({ channel, file: id }),
  });
  return { status: answer.status, body: await answer.json() };
}

function upload(bytes, id) {
  return new Promise((resolve, reject) => {
    let cuts = randomInt(cutsMax + 1);
    const running = new tus.Upload(bytes, {
      endpoint: `http://127.0.0.1:${proxy.port}/files/v1/uploads`,
      headers: { Authorization: `Bearer ${token}` },
      metadata: { channel, file: id },
      chunkSize: randomInt(2) === 0 ? randomInt(10_000, 200_000) : Infinity,
      retryDelays: Array.from({ length: 100 }, () => 20),
      // The server may not have the message yet; and a cut one is always worth another try.
      onShouldRetry: () => true,
      onProgress: () => {
        if (cuts === 0 || randomInt(3) !== 0) return;
        cuts -= 1;
        proxy.cut();
        setTimeout(() => proxy.restore(), 10);
      },
      onSuccess: resolve,
      onError: reject,
    });
    running.start();
  });
}

test(`${uploads} files of random sizes, cut at random, arrive whole and once`, async () => {
  for (let count = 0; count < uploads; count += 1) {
    // A random beginning is no type that is known, but a zero makes sure that it is no text.
    const bytes = Buffer.concat([Buffer.from([0]), randomBytes(randomInt(1, bytesMax))]);
    const id = await announce(bytes);
    await upload(bytes, id);
    const { status, body } = await linkTo(id);
    assert.equal(status, 200, JSON.stringify(body));
    const got = await fetch(`http://127.0.0.1:${server.port}${body.url}`);
    assert.equal(sha256(Buffer.from(await got.arrayBuffer())), sha256(bytes));
  }
  assert.deepEqual(readdirSync(path.join(data, 'files/uploads')), [], 'nothing half-uploaded stays');
  const folders = readdirSync(path.join(data, 'files/content'));
  const kept = folders.flatMap((folder) => readdirSync(path.join(data, 'files/content', folder)));
  assert.equal(kept.length, uploads);
});

test('what is not what was announced is refused, and the client is told', async () => {
  const bytes = Buffer.concat([Buffer.from([0]), randomBytes(1000)]);
  const id = await announce(bytes);
  const other = Buffer.from(bytes);
  other[500] ^= 1;
  await waitFor('the message on the server', async () => (await linkTo(id)).body.code === 'file.on_its_way');
  await assert.rejects(
    new Promise((resolve, reject) => {
      new tus.Upload(other, {
        endpoint: `http://127.0.0.1:${server.port}/files/v1/uploads`,
        headers: { Authorization: `Bearer ${token}` },
        metadata: { channel, file: id },
        retryDelays: null,
        onSuccess: resolve,
        onError: reject,
      }).start();
    }),
    /response code: 460/,
  );
  await upload(bytes, id);
  assert.equal((await linkTo(id)).status, 200);
});
