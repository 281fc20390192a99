import assert from 'node:assert/strict';

import { ana, at, openFirst, signIn, waitForBar } from '../lib/app.mjs';
import { killBrowser, launch } from '../lib/browser.mjs';
import { waitFor } from '../lib/server.mjs';

export const name = 'OM31 OM38: what is half written survives another tab, a takeover and a kill, and goes with signing out';

const field = (page) => at(page, 'composer');
/** The texts of the drafts on the disk, unsealed as app/src/store-key.ts and its stores do it. */
const kept = (page) =>
  page.evaluate(async () => {
    const answer = (request) =>
      new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
    const all = async (database, store) => answer((await answer(indexedDB.open(database, 1))).transaction(store).objectStore(store).getAll());
    const [{ by, store }] = await all('holdfast-key', 'key');
    const { subtle } = crypto;
    const open = (key, { iv, bytes }) => subtle.decrypt({ name: 'AES-GCM', iv }, key, bytes);
    const from = await subtle.importKey('raw', await open(by, store), 'HKDF', false, ['deriveKey']);
    const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: new TextEncoder().encode('holdfast drafts 1') };
    const key = await subtle.deriveKey(how, from, { name: 'AES-GCM', length: 256 }, false, ['decrypt']);
    const drafts = await all('holdfast', 'drafts');
    const texts = drafts.map((draft) => open(key, draft));
    return (await Promise.all(texts)).map((text) => JSON.parse(new TextDecoder().decode(text)).text);
  });

async function hasText(page, text) {
  await waitFor(`the draft "${text}"`, async () => (await field(page).inputValue()) === text);
}

export async function run({ home, profile, onEnd, watch }) {
  let phone = await launch(profile);
  onEnd(() => phone.context.close());
  const first = phone.page;
  await first.goto(home);
  await signIn(first, ana);
  await waitForBar(first, 'ready');
  await openFirst(first, 'group-row');
  await openFirst(first, 'channel-row');
  const channel = first.url();

  const second = await phone.context.newPage();
  watch(second);
  await second.goto(channel);
  await at(second, 'message').first().waitFor();
  await first.bringToFront();
  await field(first).fill('Half a sentence');
  await waitFor('the draft on the disk', async () => (await kept(second)).includes('Half a sentence'));

  // The first tab goes; the second, whose own field is empty, takes the databases over.
  await first.close();
  await second.bringToFront();
  await second.reload();
  await at(second, 'message').first().waitFor();
  await hasText(second, 'Half a sentence');

  await field(second).fill('Half a sentence, and the rest');
  await waitFor('the draft on the disk', async () => (await kept(second)).includes('Half a sentence, and the rest'));
  await killBrowser(phone);
  phone = await launch(profile);
  const { page } = phone;
  watch(page);
  await page.goto(channel);
  await hasText(page, 'Half a sentence, and the rest');

  await at(page, 'send').click();
  await hasText(page, '');
  await waitFor('no draft', async () => (await kept(page)).length === 0);

  await field(page).fill('Never to be sent');
  await waitFor('the draft on the disk', async () => (await kept(page)).length === 1);
  await page.goto(`${home}#/settings`);
  await at(page, 'sign-out').click();
  await at(page, 'confirm').click();
  await at(page, 'sign-in-email').waitFor();
  await waitFor('an erased draft', async () => (await kept(page)).length === 0);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
}
