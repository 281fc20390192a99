// A client that shares no code with the project keeps the same rows as the server and has its work done once:
// the specification is enough to write one. OM31 OM32 OM33.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { binary, makeFolder, removeFolder, root, startServer } from '../e2e/lib/server.mjs';
import { Client } from './client.ts';
import type { Bucket } from './client.ts';
import { sumOf, total } from './wire.ts';
import type { Row } from './wire.ts';

const kinds = { channel: 4, timeline: 5 };
const rowKinds = { message: 7, receipt: 10 };
const status = { applied: 1, rejected: 3 };
const folders: string[] = [];
let server: any;

function folder(name: string): string {
  const made = makeFolder(name);
  folders.push(made);
  return made;
}

before(async () => {
  const data = folder('compat');
  const organization = path.join(root, 'tests/crash/organization.yaml');
  const applied = spawnSync(binary, ['org', 'apply', organization, '--data', data], { encoding: 'utf8' });
  assert.equal(applied.status, 0, applied.stderr);
  const app = folder('app');
  writeFileSync(path.join(app, 'index.html'), '<!doctype html>');
  server = await startServer(data, { subcommand: 'serve', app });
});
after(async () => {
  await server?.stop();
  folders.forEach(removeFolder);
});

async function device(name: string): Promise<Client> {
  const client = await Client.signIn(`http://127.0.0.1:${server.port}`, `${name}@crash.example`, 'written and kept');
  await client.connect();
  await client.synchronize();
  return client;
}

const ofKind = (client: Client, kind: number) => [...client.buckets.values()].filter((each) => each.kind === kind);

function channelNamed(client: Client, name: string): bigint {
  const found = ofKind(client, kinds.channel).find((each) =>
    [...each.rows.values()].some((row) => row.kind === 5 && JSON.parse(row.body).name === name));
  assert.ok(found, `no channel ${name}`);
  return found.owner;
}

function timelineOf(client: Client, channel: bigint): Bucket {
  const found = ofKind(client, kinds.timeline).find((each) => each.owner === channel);
  assert.ok(found, `no timeline of ${channel}`);
  return found;
}

const texts = (client: Client, channel: bigint) =>
  [...timelineOf(client, channel).rows.values()]
    .filter((row) => row.kind === rowKinds.message)
    .sort((one, other) => Number(one.sort - other.sort))
    .map((row) => JSON.parse(row.body).text);

function errorNumber(name: string): number {
  const table = readFileSync(path.join(root, 'spec/errors.toml'), 'utf8');
  const entry = table.split(/^\[\[/m).find((each) => each.includes(`"${name}"`));
  const found = entry?.match(/^number\s*=\s*(\d+)/m);
  assert.ok(found, `no number of ${name}`);
  return Number(found[1]);
}

test('adds up rows as the vectors say', () => {
  const vectors = JSON.parse(readFileSync(path.join(root, 'spec/vectors/row_sums.json'), 'utf8'));
  const rows: Row[] = vectors.rows.map(({ row }: any) => ({
    kind: row.kind, id: BigInt(row.id), version: BigInt(row.version), sort: BigInt(row.sort), body: row.body,
  }));
  assert.ok(rows.length > 2);
  const decimal = ({ low, high }: any) => ({ low: String(low), high: String(high) });
  rows.forEach((row, index) => assert.deepEqual(decimal(sumOf(row)), vectors.rows[index].sum));
  assert.deepEqual(decimal(total(rows)), vectors.total ?? vectors.sum);
});

test('OM3 a first synchronization brings every bucket to its head, with the same sum', async () => {
  const client = await device('one');
  assert.equal(client.buckets.size, 7, 'own, directory, group, and two of each channel');
  assert.ok([...client.buckets.values()].every((bucket) => client.isExact(bucket)));
  channelNamed(client, 'North');
  channelNamed(client, 'South');
  client.cut();
});

test('OM31 a message is posted, judged, and comes back as a row of the same id', async () => {
  const client = await device('one');
  const channel = channelNamed(client, 'North');
  const intent = client.post(channel, 'From a stranger');
  const outcome = await client.outcomeOf(intent);
  assert.equal(outcome.status, status.applied);
  const timeline = timelineOf(client, channel);
  const position = outcome.positions.find((each) => each.bucket === timeline.id);
  assert.ok(position);
  await client.until('row', () => timeline.version >= position.version);
  const row = timeline.rows.get(`${rowKinds.message} ${intent.id}`);
  assert.equal(JSON.parse(row!.body).text, 'From a stranger');
  assert.ok(client.isExact(timeline));
  client.cut();
});

test('OM32 what is sent again after a cut has its effect once', async () => {
  const client = await device('two');
  const channel = channelNamed(client, 'South');
  const intent = client.post(channel, 'once');
  const first = await client.outcomeOf(intent);
  client.cut();
  client.outbox.set(intent.id, intent); // the outcome was lost on the way
  client.outcomes.clear();
  await client.connect();
  const again = await client.outcomeOf(intent);
  assert.equal(again.replayed, true);
  assert.deepEqual(again.positions, first.positions);
  await client.synchronize();
  assert.equal(texts(client, channel).filter((text: string) => text === 'once').length, 1);
  client.cut();
});

test('OM33 a refusal has a code, and leaves a receipt in the own bucket', async () => {
  const client = await device('one');
  const intent = client.post(channelNamed(client, 'North'), '   ');
  const outcome = await client.outcomeOf(intent);
  assert.equal(outcome.status, status.rejected);
  assert.equal(outcome.code, errorNumber('intent.empty'));
  const own = [...client.buckets.values()].find((each) => each.owner === client.session.user && each.kind === 1)!;
  await client.until('receipt', () => own.rows.has(`${rowKinds.receipt} ${intent.id}`));
  client.cut();
});

test('OM6 a device that comes back is told only what has moved', async () => {
  const client = await device('three');
  const channel = channelNamed(client, 'North');
  client.cut();
  await client.connect();
  assert.equal(client.headsTold, 0, 'nothing is new');
  assert.equal(client.exact, [...client.buckets.values()].filter((each) => each.head.version > 0n).length);
  client.cut();

  const other = await device('two');
  await other.outcomeOf(other.post(channel, 'meanwhile'));
  await client.connect();
  assert.equal(client.headsTold, 1, 'the timeline');
  assert.equal(await client.synchronize(), 1);
  assert.equal(texts(client, channel).at(-1), 'meanwhile');
  assert.ok([...client.buckets.values()].every((bucket) => client.isExact(bucket)));
  other.cut();
  client.cut();
});

test('a message of somebody else comes as it is made', async () => {
  const writer = await device('one');
  const reader = await device('two');
  const channel = channelNamed(reader, 'South');
  writer.post(channel, 'live');
  await reader.until('message', () => texts(reader, channel).at(-1) === 'live');
  assert.ok(reader.isExact(timelineOf(reader, channel)));
  writer.cut();
  reader.cut();
});
