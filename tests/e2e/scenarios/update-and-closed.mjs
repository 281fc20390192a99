// OM31, OM38: a new version of the app is offered and put off, never in the middle of a form; and what waits is brought to
// the server while no page of the app is open.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { at, message, openFirstChannel, send, showLatest, startPhone, workOffline } from '../lib/app.mjs';
import { field, kept, openForm } from '../lib/forms.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { makeFolder, removeFolder, root, startServer, waitFor } from '../lib/server.mjs';
import { rowsWith } from '../lib/truth.mjs';

export const name = 'OM31 OM38: a new version of the app is offered, put off and begun at the next start, with the draft of a form kept; what waits is sent while the app is closed, once';

const messageKind = 7;
const words = 'Closed: written in the basement.';

/** The same app with every part under another name: what a later build is to a browser. */
function buildAnew(from, to) {
  cpSync(from, to, { recursive: true });
  const assets = path.join(to, 'assets');
  const names = readdirSync(assets);
  const anew = (text) => names.reduce((all, name) => all.replaceAll(name, name.replace(/(\.[a-z0-9]+)$/, '-2$1')), text);
  for (const name of names) renameSync(path.join(assets, name), path.join(assets, anew(name)));
  for (const file of [path.join(to, 'index.html'), path.join(to, 'sw.js'), ...readdirSync(assets).map((name) => path.join(assets, name))]) {
    if (/\.(js|css|html)$/.test(file)) writeFileSync(file, anew(readFileSync(file, 'utf8')));
  }
  const worker = path.join(to, 'sw.js');
  writeFileSync(worker, readFileSync(worker, 'utf8').replace(/[0-9a-f]{16}/, (version) => `${version.slice(0, 15)}-`));
}

const isAnew = (page) => page.evaluate(() => [...document.scripts].some(({ src }) => src.endsWith('-2.js')));

const look = (page, visibility) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, visibility);

const isLeft = (page) => page.evaluate(async () => (await (await caches.open('closed-app')).match('/closed/file')) !== undefined);

/** A browser that has no connection wakes nobody: the wish is kept, and `syncWhileClosed` grants it. */
const neverConnected = () => {
  SyncManager.prototype.register = async (tag) => void (window.wished = tag);
};

/** What the browser does when it has a connection and the app is closed. */
async function syncWhileClosed(context) {
  const blank = await context.newPage();
  const session = await context.newCDPSession(blank);
  const known = new Promise((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const one = registrations.find(({ isDeleted }) => !isDeleted);
      if (one) resolve(one);
    });
  });
  await session.send('ServiceWorker.enable');
  const { registrationId, scopeURL } = await known;
  return () =>
    session.send('ServiceWorker.dispatchSyncEvent', { origin: new URL(scopeURL).origin, registrationId, tag: 'deliver', lastChance: false });
}

export async function run({ profile, shoot, onEnd, watch }) {
  const data = makeFolder('update');
  const next = makeFolder('build');
  onEnd(() => [data, next].forEach(removeFolder));
  buildAnew(path.join(root, 'app/dist'), next);
  const few = { extra: ['--tasks', '5'] };
  let server = await startServer(data, few);
  onEnd(() => server.stop());
  const proxy = await startProxy(server.port);
  onEnd(() => proxy.close());
  const home = `http://localhost:${proxy.port}/`;
  const { context, page } = await startPhone({ home, profile, watch });
  onEnd(() => context.close());
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);

  // In the middle of a form: the new version comes, and nothing happens.
  const channel = await openFirstChannel(page);
  await openForm(page, 'Report an incident');
  await field(page, 'description').getByTestId('written').fill('Half a sentence');
  await kept(page);
  const draft = page.url();
  await server.stop();
  server = await startServer(data, { ...few, port: server.port, app: next });
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await page.waitForFunction(async () => (await navigator.serviceWorker.getRegistration()).waiting !== null);
  assert.equal(await at(page, 'notice-update').isVisible(), false);
  assert.equal(await isAnew(page), false);

  // Offered in the menu; put off; refused while another window has the present version.
  await page.goto(`${home}#/`);
  await at(page, 'notice-update').waitFor();
  await shoot(page, 'update-1-offered');
  await at(page, 'notice-update-later').click();
  await at(page, 'notice-update').waitFor({ state: 'detached' });
  await page.reload();
  assert.equal(await isAnew(page), false, 'a page that is loaded anew beside nothing else is not a start');
  await at(page, 'notice-update').waitFor();
  const other = await context.newPage();
  await other.goto(home);
  await page.bringToFront();
  await at(page, 'notice-update-act').click();
  await page.getByText('Close the other windows').first().waitFor();
  assert.equal(await isAnew(other), false);
  await other.close();
  // A window that is being closed counts for a moment.
  await waitFor('the new version', async () => {
    await at(page, 'notice-update-act').click({ timeout: 500 }).catch(() => undefined);
    return isAnew(page).catch(() => false);
  });
  await page.goto(draft);
  assert.equal(await field(page, 'description').getByTestId('written').inputValue(), 'Half a sentence');

  // Put away and taken out again: what nobody has taken can be taken back.
  await page.goto(channel);
  await workOffline(page, proxy);
  await send(page, words);
  await page.evaluate(neverConnected);
  await look(page, 'hidden');
  await waitFor('the file for the closed app', () => isLeft(page));
  await look(page, 'visible');
  await waitFor('the file to be taken back', async () => !(await isLeft(page)));
  assert.equal(await page.evaluate(() => window.wished), 'deliver');
  await page.goto(`${home}#/outbox`);
  await at(page, 'closed-app').waitFor();
  assert.equal(await at(page, 'closed-app').getAttribute('data-possible'), 'true');
  await at(page, 'outbox-discard').first().waitFor();
  await shoot(page, 'closed-1-outbox');

  // Put away and closed: it is brought without a page, and the app finds it done.
  await look(page, 'hidden');
  await waitFor('the file for the closed app', () => isLeft(page));
  const sync = await syncWhileClosed(context);
  await page.close();
  assert.equal(rowsWith(server.data, messageKind, words).length, 0);
  proxy.restore();
  await sync();
  await waitFor('the message on the server', () => rowsWith(server.data, messageKind, words).length === 1);
  const again = await context.newPage();
  watch(again);
  await again.goto(`${home}#/outbox`);
  await at(again, 'outbox').getByText('Everything has been sent').waitFor({ timeout: 60_000 });
  await again.goto(channel);
  await showLatest(again, words);
  assert.equal(await message(again, words).count(), 1);
  assert.equal(rowsWith(server.data, messageKind, words).length, 1);
}
