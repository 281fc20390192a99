// The audit of kill.mjs finds what it is there to find.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';

import { makeFolder, removeFolder } from '../e2e/lib/server.mjs';
import { audit, channelsOf, serverFile } from './ledger.mjs';

let folder;
let devices;

function execute(file, sql) {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}
const onServer = (sql) => execute(serverFile(folder), sql);
const onDevice = (sql) => execute(path.join(folder, 'one/replica.db'), sql);
const addMessage = (table, id, text) => `INSERT INTO ${table} VALUES (${id}, 7, '{"text":"${text}"}');`;

beforeEach(() => {
  folder = makeFolder('ledger');
  mkdirSync(path.join(folder, 'one'));
  onServer(`CREATE TABLE bucket_row (id INTEGER, kind INTEGER, body BLOB);
    ${addMessage('bucket_row', 8589934593, 'one 0')} ${addMessage('bucket_row', 8589934594, 'one 1')}
    INSERT INTO bucket_row VALUES (4611686018427387905, 5, '{"name":"North"}')`);
  onDevice(`CREATE TABLE row (id INTEGER, kind INTEGER, body TEXT);
    ${addMessage('row', 8589934593, 'one 0')} ${addMessage('row', 8589934594, 'one 1')}`);
  execute(path.join(folder, 'one/outbox.db'), 'CREATE TABLE item (id INTEGER)');
  devices = [{
    name: 'one',
    options: { data: path.join(folder, 'one') },
    tried: new Set(['one 0', 'one 1', 'one 2']),
    promised: new Map([['one 0', '8589934593'], ['one 1', '8589934594']]),
  }];
});
afterEach(() => removeFolder(folder));

test('finds no fault where every promise was kept', () => {
  const { figures, faults } = audit(folder, devices);
  assert.deepEqual(faults, []);
  assert.deepEqual(figures, { promised: 2, unpromised: 1, lost: 0, doubled: 0, stray: 0 });
  assert.deepEqual(channelsOf(folder, ['North']), ['4611686018427387905']);
});

test('finds a promised message that is not there', () => {
  onServer("DELETE FROM bucket_row WHERE id = 8589934594");
  assert.equal(audit(folder, devices).figures.lost, 1);
  assert.ok(audit(folder, devices).faults.includes('1 lost'));
});

test('finds a message under another id than the promised one', () => {
  onServer('UPDATE bucket_row SET id = 8589934599 WHERE id = 8589934594');
  assert.equal(audit(folder, devices).figures.lost, 1);
});

test('finds a message that is there twice, promised or not', () => {
  onServer(addMessage('bucket_row', 8589934600, 'one 1'));
  assert.equal(audit(folder, devices).figures.doubled, 1);
  onServer(addMessage('bucket_row', 8589934601, 'one 2') + addMessage('bucket_row', 8589934602, 'one 2'));
  assert.equal(audit(folder, devices).figures.doubled, 2);
});

test('finds a message that nobody wrote', () => {
  onServer(addMessage('bucket_row', 8589934600, 'other'));
  assert.equal(audit(folder, devices).figures.stray, 1);
});

test('finds a device that holds something else than the server', () => {
  onDevice('DELETE FROM row WHERE id = 8589934594');
  assert.deepEqual(audit(folder, devices).faults, ['one holds 1 messages, the server 2; 1 differ']);
});

test('finds what is left in an outbox', () => {
  execute(path.join(folder, 'one/outbox.db'), 'INSERT INTO item VALUES (1)');
  assert.deepEqual(audit(folder, devices).faults, ['one still has 1 in its outbox']);
});
