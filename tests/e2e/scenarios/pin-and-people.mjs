// OM36, OM39: a store for each person of a phone, and what opens it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import { ana, at, bruno, message, openFirstChannel, send, showLatest, signIn, startPhone, waitForBar, workOffline } from '../lib/app.mjs';
import { killBrowser, launch } from '../lib/browser.mjs';
import { binary, waitFor } from '../lib/server.mjs';
import { messagesOf } from '../lib/truth.mjs';

export const name = 'OM36 OM39: a PIN opens what waits after a kill; another person of the phone sees nothing of it; it is sent once, as its own person; the password opens where the PIN is forgotten; it locks by itself; what a revoked phone keeps closed is erased';

const written = 'Behind the PIN: the seal of pump four leaks';
const pin = '730418';

const settings = (home) => `${home}#/settings`;

async function choosePin(page, home) {
  await page.goto(settings(home));
  await at(page, 'pin').click();
  for (const [problem, first, again] of [[/easily guessed/, '123456', '123456'], [/not the same/, pin, '730419']]) {
    await at(page, 'pin-new').fill(first);
    await at(page, 'pin-again').fill(again);
    await at(page, 'pin-save').click();
    await at(page, 'pin-problem').filter({ hasText: problem }).waitFor();
  }
  await at(page, 'pin-again').fill(pin);
  await at(page, 'pin-save').click();
  await at(page, 'pin-sheet').waitFor({ state: 'detached' });
}

/** As the browser says that the window is looked at or not. */
const show = (page, state) =>
  page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);

/** The files of the first store of this phone. */
const filesOf = (page) =>
  page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('holdfast');
    return Array.fromAsync(folder.keys());
  });

/** The operator's program, about the devices of a person. */
const devices = (server, ...args) => execFileSync(binary, ['devices', ...args, '--data', server.data]).toString();
const numbersOf = (server, email) =>
  devices(server, 'list', email, '--json').split('\n').filter(Boolean).map((line) => JSON.parse(line).number);

/** Gives a PIN or a password; how long it took until the screens stood, in ms. */
async function open(page, secret) {
  await at(page, 'lock-secret').fill(secret);
  const begun = performance.now();
  await at(page, 'lock-open').click();
  await at(page, 'lock').waitFor({ state: 'detached' });
  return Math.round(performance.now() - begun);
}

/** How much waits, as the door will say it. */
const countKept = (page) =>
  page.evaluate(async () => {
    const answer = (request) =>
      new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
    const record = await answer((await answer(indexedDB.open('holdfast-key', 1))).transaction('key').objectStore('key').get('store'));
    return record.waiting > 0;
  });

/** The folders of all stores. */
const countStores = (page) =>
  page.evaluate(async () => {
    const names = await Array.fromAsync((await navigator.storage.getDirectory()).keys());
    return names.filter((name) => name.startsWith('holdfast')).length;
  });

function isInProfile(profile, text) {
  const wanted = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  return readdirSync(profile, { recursive: true })
    .map((file) => path.join(profile, file))
    .some((file) => statSync(file).isFile() && wanted.some((one) => readFileSync(file).includes(one)));
}

const times = (server) => messagesOf(server.data).filter((text) => text === written).length;

export async function run({ home, proxy, server, profile, shoot, onEnd, watch }) {
  const others = numbersOf(server, ana.email);
  let phone = await startPhone({ home, profile, watch });
  const [number] = numbersOf(server, ana.email).filter((one) => !others.includes(one));
  let { page } = phone;
  const channel = await openFirstChannel(page);
  await choosePin(page, home);
  await page.goto(channel);
  await workOffline(page, proxy);
  await send(page, written);
  await waitFor('the count on the disk', () => countKept(page));
  await killBrowser(phone);
  for (const secret of [written, pin]) assert.equal(isInProfile(profile, secret), false, secret);

  // Killed with work waiting: who it is can be seen, and nothing else.
  phone = await launch(profile);
  onEnd(() => phone.context.close());
  page = phone.page;
  watch(page);
  await page.goto(channel);
  await at(page, 'lock').filter({ hasText: ana.email }).filter({ hasText: /wait.* to be sent/ }).waitFor();
  assert.equal(await at(page, 'message').count(), 0);
  await at(page, 'lock-secret').fill('730419');
  await at(page, 'lock-open').click();
  await at(page, 'lock-error').filter({ hasText: 'Tries left: 9' }).waitFor();
  await shoot(page, 'pin-1-wrong');
  console.log(`    opened with a PIN in ${await open(page, pin)} ms`);
  await message(page, written).waitFor();

  // Somebody else has the phone: without a connection Ana leaves, with one Bruno comes.
  await page.goto(settings(home));
  await shoot(page, 'pin-2-settings');
  await at(page, 'sign-out').click();
  await at(page, 'leave-sheet').waitFor();
  await shoot(page, 'pin-3-leave');
  await at(page, 'leave-keep').click();
  await at(page, 'continue-as').filter({ hasText: ana.email }).waitFor();
  await shoot(page, 'pin-4-people');
  proxy.restore();
  await signIn(page, bruno);
  await waitForBar(page, 'ready');
  assert.equal((await page.content()).includes(written), false);
  await page.goto(`${home}#/outbox`);
  await at(page, 'outbox').getByText('Everything has been sent').waitFor();
  assert.equal(times(server), 0, 'nobody else sends it');

  await page.goto(settings(home));
  await at(page, 'switch-person').click();
  await at(page, 'confirm').click();
  await at(page, 'continue-as').filter({ hasText: ana.email }).click();
  await at(page, 'lock').filter({ hasText: ana.email }).waitFor();
  await open(page, pin);
  await waitFor('her message on the server', () => times(server) === 1);
  await page.goto(channel);
  await showLatest(page, written);

  // Nobody looks at it for longer than it may stay open. The app's own clock is put forward: nobody waits.
  // Once more where the clock was there before the word that nobody looks.
  await waitFor('the lock', async () => {
    await show(page, 'hidden');
    for (const worker of page.workers()) {
      await worker.evaluate(() => {
        const now = Date.now;
        Date.now = () => now() + 6 * 60_000;
      });
    }
    await show(page, 'visible');
    const lock = at(page, 'lock').filter({ hasText: ana.email });
    return lock.waitFor({ timeout: 2_000 }).then(() => true, () => false);
  });
  await open(page, pin);

  // Forgotten: the password opens, and the PIN is gone.
  await page.goto(settings(home));
  await at(page, 'lock-now').click();
  await at(page, 'lock-forgotten').click();
  await open(page, ana.password);
  await at(page, 'pin').filter({ hasText: 'Lock with a PIN' }).waitFor();
  assert.equal(times(server), 1);

  // Bruno's store is removed from the phone; Ana's stays.
  await at(page, 'switch-person').click();
  await at(page, 'confirm').click();
  const line = page.locator('.line').filter({ hasText: bruno.email });
  await at(line, 'remove-person').click();
  await at(page, 'confirm').click();
  await line.waitFor({ state: 'detached' });
  await at(page, 'continue-as').filter({ hasText: ana.email }).waitFor();
  assert.equal(await countStores(page), 2, "Ana's folder, and that of whoever comes next");

  // The phone is lost, with Ana's store closed: what it had received is erased without her opening it.
  assert.ok((await filesOf(page)).includes('replica.db'));
  devices(server, 'revoke', ana.email, String(number));
  await page.reload();
  await at(page, 'person-barred').waitFor();
  assert.deepEqual((await filesOf(page)).filter((name) => name.startsWith('replica')), []);
  assert.ok((await filesOf(page)).includes('outbox.db'));
  await shoot(page, 'pin-5-barred');
  await at(page, 'continue-as').filter({ hasText: ana.email }).click();
  await at(page, 'lock-barred').waitFor();
  await shoot(page, 'pin-6-barred-at-the-door');
}
