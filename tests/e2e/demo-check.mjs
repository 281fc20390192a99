// The main job, as a person with a phone meets it: one line a step, exit 0 or 1.
// OM1 OM2 OM7 OM8 OM9 OM10 OM13 OM16 OM19 OM20 OM25 OM26 OM27 OM28 OM29 OM31 OM32 OM34 OM37
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { ana, at, bruno, message, openFirst, send, showLatest, signIn, waitForBanner, waitForBar, workOffline } from './lib/app.mjs';
import { killBrowser, launch, takePageErrors } from './lib/browser.mjs';
import { cards, choose, field, openForm } from './lib/forms.mjs';
import { startProxy } from './lib/proxy.mjs';
import { startParts } from '../../tools/demo_parts.mjs';
import { makeFolder, removeFolder, root, startServer, waitFor } from './lib/server.mjs';
import { beginTask, bringToPending, findPartner, listed, moves, moveTask, outboxCard } from './lib/tasks.mjs';
import { countsFor, wholeTasksOf } from './lib/truth.mjs';

const pictures = path.join(root, 'build/screenshots/demo-check');
mkdirSync(pictures, { recursive: true });

const begin = Date.now();
let steps = 0;
async function step(name, work) {
  const from = Date.now();
  const remark = await work();
  steps += 1;
  console.log(`ok ${String(steps).padStart(2)}  ${name}${remark ? ` (${remark})` : ''}  ${Date.now() - from} ms`);
}
function expect(holds, what) {
  if (!holds) throw new Error(what);
}

const data = makeFolder('demo');
const profiles = ['phone', 'second', 'third'].map(makeFolder);
const stamp = Date.now().toString(36);
const texts = Array.from({ length: 5 }, (_, index) => `Check ${stamp} message ${index + 1}`);
let parts, server, proxy, phone, second;
let channelPath = '';

const shoot = (page, name) => page.screenshot({ path: path.join(pictures, `${name}.png`) });
const waiting = (page) => page.locator('[data-testid="message"][data-state="saved"], [data-testid="message"][data-state="sending"]');

/** With the keyboard; a finger presses the message long. */
async function openMenu(page, item) {
  await item.getByTestId('message-menu').focus();
  await page.keyboard.press('Enter');
  await at(page, 'menu-reply').waitFor();
}

/** Where people talk: the groups above hold tasks, whose channels say what was done. */
async function openChannel(page) {
  await at(page, 'group-row').filter({ hasText: 'Safety' }).first().click();
  await openFirst(page, 'channel-row');
  await at(page, 'message').first().waitFor();
}

async function run() {
  await step('the server starts with the demonstration organization', async () => {
    parts = await startParts();
    server = await startServer(data, { assets: 50_000, extra: ['--choices-base', parts.base] });
    proxy = await startProxy(server.port);
  });
  const home = `http://localhost:${proxy.port}/`;
  phone = await launch(profiles[0]);
  let { page } = phone;

  await step('a person signs in on a phone', async () => {
    await page.goto(home);
    await signIn(page, ana);
  });
  await step('the app is usable before synchronization completes: bar amber, a channel opens', async () => {
    const kinds = await at(page, 'status-bar').getAttribute('data-kind');
    await openChannel(page);
    channelPath = new URL(page.url()).hash || new URL(page.url()).pathname;
    expect(kinds === 'synchronizing', `the bar was ${kinds} when the menu was first seen`);
    await shoot(page, '01-usable');
    return 'latest messages shown';
  });
  await step('the bar turns green', async () => {
    await page.goBack();
    await page.goBack();
    await waitForBar(page, 'ready');
    expect((await at(page, 'status-bar').innerText()).includes('Offline mode is ready to be used.'), 'the words of OM8');
    await shoot(page, '02-ready');
  });
  await step('the connection is cut: banner and red bar within 1 s', async () => {
    const from = Date.now();
    proxy.cut();
    await Promise.all([waitForBanner(page, 'no_connection'), waitForBar(page, 'halted')]);
    const took = Date.now() - from;
    expect(took <= 1000, `took ${took} ms`);
    expect((await at(page, 'banner').innerText()).includes('No Internet connection'), 'the words of OM9');
    return `${took} ms`;
  });
  await step('Online Mode shows no stale data and takes no input', async () => {
    await at(page, 'trying-to-connect').waitFor();
    expect((await at(page, 'group-row').count()) === 0, 'groups are still shown');
    expect((await at(page, 'channel-row').count()) === 0, 'channels are still shown');
    expect((await at(page, 'message').count()) === 0, 'messages are still shown');
    await shoot(page, '03-trying-to-connect');
  });
  await step('Offline Mode from the banner', async () => {
    await at(page, 'banner-button').click();
    await waitForBanner(page, 'offline_active');
    expect((await at(page, 'banner').innerText()).includes('Offline mode is active'), 'the words of OM10');
    await at(page, 'group-row').first().waitFor();
    await shoot(page, '04-offline-mode');
  });
  await step('read, write 5 messages, reply, react', async () => {
    await openChannel(page);
    for (const text of texts) await send(page, text);
    const other = page.locator('[data-testid="message"]:not(.mine)').last();
    await openMenu(page, other);
    await at(page, 'menu-reply').click();
    await send(page, `Check ${stamp} reply`);
    await openMenu(page, message(page, texts[0]));
    await page.locator('[data-testid^="react-"]').first().click();
    await message(page, texts[0]).getByTestId('reaction').waitFor();
    await waitFor('six messages saved on this phone', async () => (await waiting(page).count()) === 6);
    await shoot(page, '05-waiting');
  });
  await step('the browser is killed (-9) and started again without network: all waiting work is there', async () => {
    await killBrowser(phone);
    phone = await launch(profiles[0]);
    page = phone.page;
    await page.goto(home);
    await waitForBanner(page, 'offline_active', 30_000);
    await openChannel(page);
    await waitFor('the waiting messages', async () => (await waiting(page).count()) === 6);
    for (const text of [...texts, `Check ${stamp} reply`]) {
      expect((await message(page, text).count()) >= 1, `"${text}" is gone`);
    }
    await shoot(page, '06-after-kill');
  });
  await step('the server is killed (-9) and started again', async () => {
    const { port } = server;
    await server.kill();
    server = await startServer(data, { port, assets: 50_000, extra: ['--choices-base', parts.base] });
  });
  await step('the connection is back: everything is delivered', async () => {
    proxy.restore();
    await waitFor('delivery', async () => (await waiting(page).count()) === 0);
    await shoot(page, '07-delivered');
  });
  await step('a second device sees each message once', async () => {
    second = await launch(profiles[1]);
    await second.page.goto(home);
    await signIn(second.page, bruno);
    await second.page.goto(`${home}${channelPath}`);
    await at(second.page, 'message').first().waitFor();
    await showLatest(second.page, texts[4]);
    for (const text of texts) {
      const count = await message(second.page, text).count();
      // A reply quotes a text: count the messages that are it, not those that quote it.
      expect(count === 1, `"${text}" is there ${count} times`);
    }
    await message(second.page, texts[0]).getByTestId('reaction').waitFor();
    await shoot(second.page, '08-second-device');
  });
  await step('the counts in Settings are true', async () => {
    await at(page, 'banner-button').click();
    await page.goto(home);
    await waitForBar(page, 'ready');
    await at(page, 'settings-open').click();
    await at(page, 'offline-settings').scrollIntoViewIfNeeded();
    await at(page, 'sending-data').waitFor();
    expect((await at(page, 'sending-data').innerText()).includes('Complete'), 'Sending data is not "Complete"');
    expect((await at(page, 'receiving-data').innerText()).includes('Complete'), 'Receiving data is not "Complete"');
    const said = [];
    for (const [kind, count] of Object.entries(countsFor(data, ana.email))) {
      const words = (await at(page, `kind-${kind}`).innerText()).replace(/\s+/g, ' ');
      expect(words.endsWith(` ${count.toLocaleString('en-US')} 100%`), `"${words}", but the server has ${count}`);
      said.push(words);
    }
    await shoot(page, '09-settings');
    return said.join(', ');
  });
  await step('a form of a site chooses among its places, and parts from another server', async () => {
    await page.goto(home);
    await at(page, 'group-row').filter({ hasText: 'Sites' }).last().click();
    await at(page, 'group-row').filter({ hasText: 'Harbour terminal' }).last().click();
    await openFirst(page, 'channel-row');
    await at(page, 'message').first().waitFor();
    const before = await cards(page).count();
    await openForm(page, 'Order a spare part');
    await field(page, 'place').getByTestId('choose').click();
    await choose(page, 'nunoa', 'Cold store Ñuñoa');
    await field(page, 'machine').getByTestId('choose').click();
    await choose(page, 'fan', 'Fan F-');
    await field(page, 'part').getByTestId('choose').click();
    await choose(page, 'v-belt', 'V-belt A42');
    await at(page, 'choices-done').click();
    await field(page, 'part').getByText('V-belt A42').waitFor();
    await field(page, 'deliver_to').getByTestId('choose').click();
    await choose(page, 'roof', 'Building A roof');
    await shoot(page, '10-parts-of-another-server');
    await at(page, 'form-send').click();
    await cards(page).nth(before).filter({ hasText: 'V-belt A42' }).waitFor();
    await waitFor('the order on the server', async () => (await cards(page).nth(before).getAttribute('data-state')) === 'done');
  });
  await workOrders(home, page);
  for (const uncaught of takePageErrors()) throw uncaught;
}

/** Tasks, with the connection cut again, and somebody else who has one. */
async function workOrders(home, page) {
  const what = `Check ${stamp} handrail loose`;
  const words = `Check ${stamp} tightened`;
  const { partner, tasks } = findPartner(data, 2);
  const [own, contested] = tasks;
  const tasksNow = () => wholeTasksOf(data);
  const now = ({ id }) => tasksNow().find((task) => task.id === id);
  const before = tasksNow().length;
  const answersBefore = (contested.answers ?? []).length;
  await step('offline, a start form is sent: its task waits, and its routine is said to run later', async () => {
    await bringToPending(page, home, data, tasks);
    await page.goto(home);
    await workOffline(page, proxy);
    await page.goto(`${home}#/group/${own.group}`);
    await beginTask(page, what);
    await at(page, 'routine-later').waitFor();
    await at(page, 'form-send').click();
    await at(page, 'task-view').waitFor();
    await page.goto(`${home}#/group/${own.group}`);
    await listed(page, what).waitFor();
    await shoot(page, '11-task-waits');
  });
  await step('offline, a task is moved by its form, and a second move is refused with its reason', async () => {
    await moveTask(page, home, own, 'validation', words);
    await at(page, 'task-waiting').waitFor();
    expect((await moves(page).count()) === 0, 'a second action is offered');
    const reason = await at(page, 'task-reason').first().innerText();
    expect(reason.includes('One action on this task waits to be sent.'), `the reason is "${reason}"`);
    await shoot(page, '12-one-action');
    await moveTask(page, home, contested, 'validation', words);
    expect(tasksNow().length === before, 'something of it is on the server already');
    return reason.replace(/\s+/g, ' ').trim();
  });
  const direct = `http://localhost:${server.port}/`;
  await step('somebody else moves one of the two meanwhile', async () => {
    await second.context.close();
    second = await launch(profiles[2]);
    await second.page.goto(direct);
    await signIn(second.page, partner);
    await waitForBar(second.page, 'ready');
    await moveTask(second.page, direct, contested, 'reported');
    await waitFor('the move on the server', () => now(contested).state === 'reported');
    return `${partner.name} ${partner.last_name}`;
  });
  await step('the connection is back: each action has effect once, the routine has run once', async () => {
    proxy.restore();
    await waitFor('the moved task', () => now(own).state === 'validation');
    const made = () => tasksNow().filter(({ name }) => name === what);
    await waitFor('the begun task', () => made().length > 0);
    await page.goto(home);
    await at(page, 'outbox-needs-you').waitFor({ timeout: 60_000 });
    expect(made().length === 1 && tasksNow().length === before + 1, `${made().length} tasks were begun`);
    await page.goto(`${home}#/group/${own.group}/task/${made()[0].id}`);
    await at(page, 'task-chat').click();
    const said = at(page, 'messages').getByText(`Urgent: ${what} is to be done today.`);
    await said.waitFor({ timeout: 30_000 });
    expect((await said.count()) === 1, `the routine spoke ${await said.count()} times`);
    await shoot(page, '13-routine-said');
  });
  await step('the conflict is told: who, when, what can be done; the answer is kept, and attached late', async () => {
    await page.goto(`${home}#/outbox`);
    const card = outboxCard(page, contested.id);
    await card.waitFor();
    expect((await at(page, 'outbox-item').count()) === 1, 'more than one needs its person');
    const told = (await card.innerText()).replace(/\s+/g, ' ');
    expect(told.includes(`${partner.name} ${partner.last_name} moved the task from “2. Pending” to “1. Reported” on `), told);
    for (const choice of ['attach', 'edit', 'discard']) await card.getByTestId(`outbox-${choice}`).waitFor();
    await shoot(page, '14-conflict');
    await card.getByTestId('outbox-attach').click();
    await waitFor('the late evidence', () => (now(contested).answers ?? []).length === answersBefore + 1);
    await waitFor('an empty outbox', async () => (await at(page, 'outbox-item').count()) === 0);
    expect(now(contested).state === 'reported', 'the task has moved');
    return /\S+ \S+ moved the task from .*? on /.exec(told)[0].trim();
  });
}

let failed = false;
try {
  await run();
} catch (error) {
  failed = true;
  console.log(`not ok ${steps + 1}  ${error.message}`);
  if (phone) await shoot(phone.page, 'failure').catch(() => undefined);
  if (second) await shoot(second.page, 'failure-second').catch(() => undefined);
  if (server) console.log(server.log().split('\n').slice(-15).join('\n'));
}
await phone?.context.close().catch(() => undefined);
await second?.context.close().catch(() => undefined);
await proxy?.close();
await server?.stop();
parts?.close();
for (const folder of [data, ...profiles]) removeFolder(folder);
console.log(`${steps} steps, ${failed ? 'FAILED' : 'all good'}, ${((Date.now() - begin) / 1000).toFixed(1)} s; pictures in build/screenshots/demo-check`);
process.exit(failed ? 1 : 0);
