// OM29, OM33: what the server calls tus is what somebody else's client takes for tus. Uploads go
// through a proxy that cuts them at random; every file arrives whole, once.
//
//   ./dev test files                  HOLDFAST_CUTS=1000: so many cuts; 100 without
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import * as tus from 'tus-js-client';

import { Client } from '../compat/client.ts';
import { startProxy } from '../e2e/lib/proxy.mjs';
import { binary, makeFolder, removeFolder, root, startServer, waitFor } from '../e2e/lib/server.mjs';

const cutsWanted = Number(process.env.HOLDFAST_CUTS ?? 100);
const cutsMax = 4; // planned of one upload; a short one may end before
const bytesMax = 400_000;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const data = makeFolder('tus');
const timelines = 5; // kind of bucket
let server;
let proxy;
let client;
let channel;
let token;

before(async () => {
  const organization = path.join(root, 'tests/crash/organization.yaml');
  const applied = spawnSync(binary, ['org', 'apply', organization, '--data', data], { encoding: 'utf8' });
  assert.equal(applied.status, 0, applied.stderr);
  server = await startServer(data, { subcommand: 'serve', app: '' });
  proxy = await startProxy(server.port);
  client = await Client.signIn(`http://127.0.0.1:${server.port}`, 'one@crash.example', 'written and kept');
  await client.connect();
  token = client.session.token;
  channel = String([...client.buckets.values()].find((bucket) => bucket.kind === timelines).owner);
});

after(async () => {
  client?.cut();
  await proxy?.close();
  await server?.stop();
  removeFolder(data);
});

/** Posts the message that a file belongs to; the server may not have it yet. */
function announce(bytes) {
  const id = client.mint().toString();
  const claim = { id, name: 'bytes.bin', type: 'application/octet-stream', bytes: bytes.length, sha256: sha256(bytes) };
  client.post(BigInt(channel), `file ${id}`, [claim]);
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

/**
 * Uploads a file, mostly in chunks of a random size, and cuts it up to so many times: while its bytes go, or as a
 * request begins. Resolves to the cuts that came and to the bytes that went again after each.
 */
function upload(bytes, id, cutsPlanned) {
  const chunkSize = randomInt(5) === 0 ? Infinity : randomInt(10_000, 200_000);
  const cuts = { count: 0, again: [] };
  let sent = 0; // handed to the network
  const cut = () => {
    if (cuts.count === cutsPlanned) return;
    cuts.count += 1;
    proxy.cut();
    setTimeout(() => proxy.restore(), 10);
  };
  return new Promise((resolve, reject) => {
    const running = new tus.Upload(bytes, {
      endpoint: `http://127.0.0.1:${proxy.port}/files/v1/uploads`,
      headers: { Authorization: `Bearer ${token}` },
      metadata: { channel, file: id },
      chunkSize,
      retryDelays: Array.from({ length: 100 }, () => 20),
      // The server may not have the message yet; and a cut one is always worth another try.
      onShouldRetry: () => true,
      onBeforeRequest: () => {
        if (randomInt(8) === 0) cut();
      },
      onProgress: (bytesSent) => {
        sent = Math.max(sent, bytesSent);
        if (randomInt(3) === 0) cut();
      },
      onAfterResponse: (request, response) => {
        if (request.getMethod() !== 'HEAD' || response.getStatus() !== 200) return;
        const kept = Number(response.getHeader('Upload-Offset'));
        cuts.again.push(sent - kept);
        sent = kept;
      },
      onSuccess: () => resolve(cuts),
      onError: reject,
    });
    running.start();
  }).finally(() => {
    for (const again of cuts.again) assert.ok(again <= chunkSize, `${again} bytes again, of chunks of ${chunkSize}`);
  });
}

test(`files of random sizes, cut ${cutsWanted} times, arrive whole and once`, async (t) => {
  let uploads = 0;
  let cuts = 0;
  let bytesAll = 0;
  const again = [];
  for (; cuts < cutsWanted; uploads += 1) {
    // A random beginning is no type that is known, but a zero makes sure that it is no text.
    const bytes = Buffer.concat([Buffer.from([0]), randomBytes(randomInt(1, bytesMax))]);
    const id = announce(bytes);
    const cut = await upload(bytes, id, Math.min(randomInt(cutsMax + 1), cutsWanted - cuts));
    cuts += cut.count;
    bytesAll += bytes.length;
    again.push(...cut.again);
    const { status, body } = await linkTo(id);
    assert.equal(status, 200, JSON.stringify(body));
    const got = await fetch(`http://127.0.0.1:${server.port}${body.url}`);
    assert.equal(sha256(Buffer.from(await got.arrayBuffer())), sha256(bytes));
  }
  assert.deepEqual(readdirSync(path.join(data, 'files/uploads')), [], 'nothing half-uploaded stays');
  const folders = readdirSync(path.join(data, 'files/content'));
  const kept = folders.flatMap((folder) => readdirSync(path.join(data, 'files/content', folder)));
  assert.equal(kept.length, uploads);
  const twice = again.reduce((sum, bytes) => sum + bytes, 0);
  t.diagnostic(`${uploads} files, ${bytesAll} bytes, ${cuts} cuts: ${twice} bytes sent twice, at most ${Math.max(...again)} a cut`);
});

test('what is not what was announced is refused, and the client is told', async () => {
  const bytes = Buffer.concat([Buffer.from([0]), randomBytes(1000)]);
  const id = announce(bytes);
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
  await upload(bytes, id, 0);
  assert.equal((await linkTo(id)).status, 200);
});
