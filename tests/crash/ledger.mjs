// What was promised, against what is on the disks in the end. Read with another SQLite than ours.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const messageKind = 7; // RowKind::message

function read(file, use) {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** Rows of a query upon a file, with integers as BigInts: ids do not fit into numbers. */
export function askFile(file, sql, ...values) {
  return read(file, (database) => {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    return statement.all(...values);
  });
}

function checkFile(file) {
  const [first] = read(file, (database) => database.prepare('PRAGMA integrity_check').all());
  return first.integrity_check === 'ok' ? [] : [`${file}: ${first.integrity_check}`];
}

/** Text → ids of the messages that say it. */
function messagesOf(file, table) {
  const rows = askFile(file, `SELECT id, CAST(body AS TEXT) AS body FROM ${table} WHERE kind = ?`, messageKind);
  const found = new Map();
  for (const { id, body } of rows) {
    const { text } = JSON.parse(body);
    found.set(text, [...(found.get(text) ?? []), String(id)]);
  }
  return found;
}

export function serverFile(data) {
  return path.join(data, 'holdfast.db');
}

/** Ids of the channels with these names. */
export function channelsOf(data, names) {
  const rows = askFile(serverFile(data), 'SELECT id, CAST(body AS TEXT) AS body FROM bucket_row WHERE kind = 5');
  const ids = new Map(rows.map(({ id, body }) => [JSON.parse(body).name, String(id)]));
  return names.map((name) => ids.get(name));
}

/**
 * Compares when nothing runs and nothing waits any more.
 * @returns figures, and a sentence for each fault
 */
export function audit(data, devices) {
  const onServer = messagesOf(serverFile(data), 'bucket_row');
  const faults = checkFile(serverFile(data));
  const figures = { promised: 0, unpromised: 0, lost: 0, doubled: 0, stray: 0 };
  const known = new Set();
  for (const device of devices) {
    for (const text of device.tried) {
      known.add(text);
      const ids = onServer.get(text) ?? [];
      const promise = device.promised.get(text);
      figures.promised += promise === undefined ? 0 : 1;
      figures.unpromised += promise === undefined ? 1 : 0;
      if (ids.length > 1) figures.doubled += 1;
      if (promise !== undefined && !ids.includes(promise)) figures.lost += 1;
    }
  }
  figures.stray = [...onServer.keys()].filter((text) => !known.has(text)).length;
  for (const device of devices) faults.push(...auditDevice(device, onServer));
  for (const name of ['lost', 'doubled', 'stray']) if (figures[name] > 0) faults.push(`${figures[name]} ${name}`);
  return { figures, faults };
}

function auditDevice(device, onServer) {
  const { data } = device.options;
  const files = ['replica.db', 'outbox.db'].map((name) => path.join(data, name));
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0) return missing.map((file) => `${file} is not there`);
  const faults = files.flatMap(checkFile);
  const held = messagesOf(files[0], 'row');
  const differ = [...onServer].filter(([text, ids]) => String(held.get(text)) !== String(ids)).length;
  if (differ > 0 || held.size !== onServer.size) {
    faults.push(`${device.name} holds ${held.size} messages, the server ${onServer.size}; ${differ} differ`);
  }
  const { waiting } = read(files[1], (database) => database.prepare('SELECT count(*) AS waiting FROM item').get());
  if (waiting > 0) faults.push(`${device.name} still has ${waiting} in its outbox`);
  return faults;
}
