import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { at, message, workOffline } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { readChannels, signInAndSynchronize, startDevice } from '../lib/device.mjs';
import {
  clerk, expectedChannels, expectedTasks, findTable, mapFile, organizationFile, requestsMapFile,
} from '../lib/nyc-311.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { binary, makeFolder, removeFolder, startServer } from '../lib/server.mjs';

export const name = 'OM2 OM3 OM22: a real table, imported as channels and as tasks, is on a native device and in the browser, row by row, and on a board offline';

function holdfast(...args) {
  const { status, stdout, stderr } = spawnSync(binary, args, { encoding: 'utf8' });
  assert.equal(status, 0, `holdfast ${args.join(' ')}\n${stderr}`);
  return stdout;
}

/** Applies the organization, imports the table as channels and as tasks; the clerk's password. */
function importTable(data, table) {
  const applied = holdfast('org', 'apply', organizationFile, '--data', data);
  holdfast('import', table, '--map', mapFile, '--data', data);
  holdfast('import', table, '--map', requestsMapFile, '--data', data);
  return new RegExp(`^${clerk}\\s+(\\S+)$`, 'm').exec(applied)[1];
}

/** Synchronizes a native device, whose file is then read as another program would. */
function nativeReplica(folder, home, password) {
  const secret = path.join(folder, 'password');
  const data = path.join(folder, 'device');
  writeFileSync(secret, `${password}\n`, { mode: 0o600 });
  holdfast('client', '--server', home, '--data', data, '--email', clerk, '--password-file', secret, 'sync');
  const replica = new DatabaseSync(path.join(data, 'replica.db'), { readOnly: true });
  const columns = 'CAST(row.id AS TEXT) AS id, CAST(bucket.owner AS TEXT) AS owner, row.sort AS at, row.body AS body';
  const from = 'row JOIN bucket ON bucket.id = row.bucket';
  /** Rows of a kind, with the owner of their bucket, oldest first. */
  const rows = (kind) =>
    replica.prepare(`SELECT ${columns} FROM ${from} WHERE row.kind = ? ORDER BY row.sort, row.id`).all(kind)
      .map((row) => ({ ...row, body: JSON.parse(row.body) }));
  return { rows, close: () => replica.close() };
}

const isTaskChannel = (channel) => channel.group === 'Service requests';

function nativeChannels(replica) {
  const names = (kind) => new Map(replica.rows(kind).map(({ id, body }) => [id, body.name]));
  const [groups, users] = [names(4), names(2)];
  const channels = new Map(replica.rows(5).map(({ id, body }) => [id, { name: body.name, group: groups.get(body.group), messages: [] }]));
  for (const { owner, at: time, body } of replica.rows(7)) {
    channels.get(owner).messages.push({ at: time, text: body.text, author: users.get(body.author) });
  }
  return [...channels.values()].filter((channel) => !isTaskChannel(channel));
}

function nativeTasks(replica) {
  const answers = Map.groupBy(replica.rows(15), ({ owner }) => owner);
  const history = Map.groupBy(replica.rows(23), ({ owner }) => owner);
  const messages = Map.groupBy(replica.rows(7), ({ owner }) => owner);
  return replica.rows(22).map(({ id, body }) => ({
    name: body.name,
    state: body.state,
    closed: body.closed_at ?? 0,
    due: body.end_date ?? 0,
    agency: body.status1,
    descriptor: answers.get(id)[0].body.answers.descriptor,
    answers: answers.get(id).length,
    history: history.get(id).map((row) => `${row.at} ${row.body.to}`),
    said: messages.get(id).map((row) => row.body.text),
  }));
}

function compareTasks(found, expected) {
  assert.equal(found.length, expected.size, 'tasks on the native device');
  for (const { name: task, said, ...rest } of found) {
    const { said: wanted, ...others } = expected.get(task);
    assert.deepEqual(rest, others, task);
    assert.ok(said.includes(wanted), `${task}: the resolution is a message`);
  }
}

/** Every task of the group as the engine's list has it, in windows of 500. */
function readTasks(page) {
  return page.evaluate(async () => {
    const menu = await device.look({ query: 'menu' }, (seen) => seen.complete);
    const group = menu.groups.find((each) => each.name === 'Service requests').id;
    const list = (windows) => device.look({ query: 'tasks', group, view: { layout: 'board' }, windows, rows: 0, month: '' });
    const { groups } = await list({});
    const found = [];
    for (const { key, count } of groups) {
      for (let from = 0; from < count; from += 500) {
        const part = (await list({ [key]: [from, 500] })).groups.find((each) => each.key === key);
        found.push(...part.tasks.map(({ id, name, state, end_date: due, unread }) => ({ id, name, state, due, unread })));
      }
    }
    return { group, tasks: found };
  });
}

function compareTasksInBrowser(tasks, expected) {
  assert.equal(tasks.length, expected.size, 'tasks in the browser');
  for (const { name: task, state, due, unread } of tasks) {
    const wanted = expected.get(task);
    assert.deepEqual({ state, due, unread }, { state: wanted.state, due: wanted.due, unread: 0 }, task);
  }
}

/** Without a connection: the board has every task in its column, and a card leads to what was said. */
async function browseBoard(page, home, proxy, { group, tasks }, expected) {
  await page.goto(home);
  await at(page, 'menu').waitFor();
  await workOffline(page, proxy);
  await page.goto(`${home}#/group/${group}`);
  await at(page, 'view-board').click();
  await at(page, 'task-board').waitFor();
  for (const state of ['assigned', 'pending', 'closed']) {
    const column = at(page, 'column').filter({ has: page.locator(`[data-testid="tasks-head-${state}"]`) });
    const shown = Number(/\d+/.exec(await column.locator('.count').first().textContent())[0]);
    assert.equal(shown, tasks.filter((task) => task.state === state).length, `${state} on the board`);
  }
  const pending = at(page, 'column').filter({ has: page.locator('[data-testid="tasks-head-pending"]') });
  const card = pending.locator('a').first();
  const id = /(\d+)$/.exec(await card.getAttribute('href'))[1];
  await card.click();
  await at(page, 'task-chat').click();
  const wanted = expected.get(tasks.find((task) => task.id === id).name);
  await message(page, wanted.said.slice(0, 80)).first().waitFor();
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
  const requests = expectedTasks(table);
  const folder = makeFolder('table');
  onEnd(() => removeFolder(folder));
  const data = path.join(folder, 'server');
  const password = importTable(data, table);
  const server = await startServer(data, { subcommand: 'serve' });
  onEnd(() => server.stop());
  const proxy = await startProxy(server.port);
  onEnd(() => proxy.close());
  const home = `http://localhost:${proxy.port}/`;

  // Past the proxy, which stands still while another process is waited for.
  const replica = nativeReplica(folder, `http://localhost:${server.port}/`, password);
  compare('on the native device', nativeChannels(replica), expected);
  compareTasks(nativeTasks(replica), requests);
  replica.close();

  const { context, page } = await launch(profile);
  onEnd(() => context.close());
  await startDevice(page, home);
  await signInAndSynchronize(page, { email: clerk, password });
  const channels = await readChannels(page);
  compare('in the browser', channels, expected);
  const board = await readTasks(page);
  compareTasksInBrowser(board.tasks, requests);
  await compareScreens(page, home, channels.slice(0, 3));
  await browseBoard(page, home, proxy, board, requests);
  return { remark: `${expected.size} rows` };
}
