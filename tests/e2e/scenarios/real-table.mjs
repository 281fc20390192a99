import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { at, message } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { readChannels, signInAndSynchronize, startDevice } from '../lib/device.mjs';
import { clerk, expectedChannels, findTable, mapFile, organizationFile } from '../lib/nyc-311.mjs';
import { binary, makeFolder, removeFolder, startServer } from '../lib/server.mjs';

export const name = 'OM2 OM3: a real table, imported, is on a native device and in the browser, row by row';

function holdfast(...args) {
  const { status, stdout, stderr } = spawnSync(binary, args, { encoding: 'utf8' });
  assert.equal(status, 0, `holdfast ${args.join(' ')}\n${stderr}`);
  return stdout;
}

/** Applies the organization, imports the table; the clerk's password. */
function importTable(data, table) {
  const applied = holdfast('org', 'apply', organizationFile, '--data', data);
  holdfast('import', table, '--map', mapFile, '--data', data);
  return new RegExp(`^${clerk}\\s+(\\S+)$`, 'm').exec(applied)[1];
}

/** What a native device holds after synchronizing, read from its file as another program would. */
function nativeChannels(folder, home, password) {
  const secret = path.join(folder, 'password');
  const data = path.join(folder, 'device');
  writeFileSync(secret, `${password}\n`, { mode: 0o600 });
  holdfast('client', '--server', home, '--data', data, '--email', clerk, '--password-file', secret, 'sync');
  const replica = new DatabaseSync(path.join(data, 'replica.db'), { readOnly: true });
  const rows = (sql) => replica.prepare(sql).all().map((row) => ({ ...row, body: JSON.parse(row.body) }));
  const groups = new Map(rows('SELECT CAST(id AS TEXT) AS id, body FROM row WHERE kind = 4').map(({ id, body }) => [id, body.name]));
  const users = new Map(rows('SELECT CAST(id AS TEXT) AS id, body FROM row WHERE kind = 2').map(({ id, body }) => [id, body.name]));
  const channels = new Map(
    rows('SELECT CAST(id AS TEXT) AS id, body FROM row WHERE kind = 5').map(({ id, body }) => [id, { name: body.name, group: groups.get(body.group), messages: [] }]),
  );
  const messages = 'SELECT CAST(bucket.owner AS TEXT) AS channel, row.sort AS at, row.body AS body FROM row JOIN bucket ON bucket.id = row.bucket WHERE row.kind = 7 ORDER BY row.sort, row.id';
  for (const { channel, at: time, body } of rows(messages)) {
    channels.get(channel).messages.push({ at: time, text: body.text, author: users.get(body.author) });
  }
  replica.close();
  return [...channels.values()];
}

function compare(where, found, expected) {
  assert.equal(found.length, expected.size, `channels ${where}`);
  for (const channel of found) {
    const wanted = expected.get(channel.name);
    assert.ok(wanted, `${where}: "${channel.name}" is in no row`);
    assert.equal(channel.group, wanted.group, `${where}: ${channel.name}`);
    assert.deepEqual(channel.messages, wanted.messages, `${where}: ${channel.name}`);
  }
}

/** The first channels as a person reads them. */
async function compareScreens(page, home, channels) {
  await page.goto(home);
  await at(page, 'menu').waitFor();
  for (const channel of channels) {
    await page.goto(`${home}#/channel/${channel.id}`);
    for (const { text } of channel.messages) await message(page, text.split('\n')[0]).first().waitFor();
  }
}

export async function run({ profile, onEnd }) {
  const table = findTable();
  if (!table) return { skipped: 'no table of requests: name one in HOLDFAST_SAMPLE_CSV' };
  const expected = expectedChannels(table);
  const folder = makeFolder('table');
  onEnd(() => removeFolder(folder));
  const data = path.join(folder, 'server');
  const password = importTable(data, table);
  const server = await startServer(data, { subcommand: 'serve' });
  onEnd(() => server.stop());
  const home = `http://localhost:${server.port}/`;

  compare('on the native device', nativeChannels(folder, home, password), expected);

  const { context, page } = await launch(profile);
  onEnd(() => context.close());
  await startDevice(page, home);
  await signInAndSynchronize(page, { email: clerk, password });
  const channels = await readChannels(page);
  compare('in the browser', channels, expected);
  await compareScreens(page, home, channels.slice(0, 3));
  return { remark: `${expected.size} rows` };
}
