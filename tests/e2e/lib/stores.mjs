// The files of the app in the browser, as nothing but a fault or another version leaves them (OM38).
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A page of the app's origin in which the app does not run: its files are free. */
export const besideTheApp = (page, home) => page.goto(`${home}icons/icon.svg`);

/** Turns bits over in every page of a file of the app; returns how many. To be called beside the app. */
export const damage = (page, name) =>
  page.evaluate(async (name) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('holdfast');
    const handle = await folder.getFileHandle(name);
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    let turned = 0;
    for (let at = 2000; at < bytes.length; at += 4096, turned += 1) bytes[at] ^= 0xff;
    const writable = await handle.createWritable();
    await writable.write(bytes);
    await writable.close();
    return turned;
  }, name);

/** Puts a file in the place of the app's. To be called beside the app. */
export const place = (page, name, bytes) =>
  page.evaluate(async ({ name, base64 }) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('holdfast', { create: true });
    const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await writable.write(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
    await writable.close();
  }, { name, base64: bytes.toString('base64') });

const tables = `
  CREATE TABLE item (id INTEGER PRIMARY KEY, lane INTEGER NOT NULL, kind INTEGER NOT NULL, version INTEGER NOT NULL, args TEXT NOT NULL,
    claimed_at INTEGER NOT NULL, state INTEGER NOT NULL, code INTEGER NOT NULL, detail TEXT NOT NULL, positions TEXT NOT NULL);
  CREATE TABLE account (one INTEGER PRIMARY KEY CHECK (one = 1), user INTEGER NOT NULL, organization INTEGER NOT NULL, device INTEGER NOT NULL,
    salt INTEGER NOT NULL, access_token TEXT NOT NULL, refresh_token TEXT NOT NULL, ended INTEGER NOT NULL);
  CREATE TABLE value (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE draft (number INTEGER PRIMARY KEY, channel INTEGER NOT NULL, version INTEGER NOT NULL, changed_at INTEGER NOT NULL, answers TEXT NOT NULL);
  CREATE TABLE file (other TEXT);
  PRAGMA user_version = 2`;

/**
 * The outbox of a signed-in phone with one message that waits, as a version of the app left it that knew no files, but with
 * a table of its own where the next version puts its files: it cannot be brought to this one.
 */
export function olderOutbox(folder, session, channel, text) {
  const file = path.join(folder, 'outbox.db');
  const database = new DatabaseSync(file);
  const { user, organization, device, salt, access_token, refresh_token, sealing } = session;
  const number = (value) => BigInt.asIntN(64, BigInt(value));
  const id = (BigInt(device) << 32n) + 1n;
  database.exec(tables);
  database
    .prepare('INSERT INTO account VALUES (1, ?, ?, ?, ?, ?, ?, 0)')
    .run(number(user), number(organization), device, number(salt), access_token, refresh_token);
  database
    .prepare("INSERT INTO item VALUES (?, ?, 1, 1, ?, ?, 1, 0, '', '')")
    .run(id, number(channel), JSON.stringify({ channel, text }), BigInt(Date.now()));
  const value = database.prepare('INSERT INTO value VALUES (?, ?)');
  for (const [name, is] of Object.entries({ counter: 1, device, salt, sealing: JSON.stringify(sealing) })) value.run(name, String(is));
  database.close();
  return readFileSync(file);
}
