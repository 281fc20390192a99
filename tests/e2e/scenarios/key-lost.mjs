import assert from 'node:assert/strict';

import { ana, at, message, openFirstChannel, send, showLatest, signIn, startPhone, waitForBanner, waitForBar, workOffline } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { waitFor } from '../lib/server.mjs';
import { besideTheApp, damage } from '../lib/stores.mjs';
import { rowsWith } from '../lib/truth.mjs';

export const name = 'OM38 OM39: a replica that was damaged is fetched anew and what waits is sent; a key that the browser has lost is told as what it is, again and again; what is here is erased only when asked to, and the app works again';

const kept = 'Written before the replica was damaged';
const unsent = 'Written with the key that is lost';
const messageKind = 7;
const onDisk = (page) =>
  page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('holdfast');
    return (await (await folder.getFileHandle('outbox.db')).getFile()).size;
  });

export async function run({ home, proxy, server, profile, shoot, onEnd, watch }) {
  const first = await startPhone({ home, profile, watch });
  const channel = await openFirstChannel(first.page);
  await workOffline(first.page, proxy);
  await send(first.page, kept);
  await first.context.close();
  proxy.restore();

  // Between two starts every page of the replica goes bad: it comes again, and the message is sent, once.
  const before = await launch(profile);
  watch(before.page);
  await besideTheApp(before.page, home);
  assert.ok((await damage(before.page, 'replica.db')) > 100);
  await before.page.goto(home);
  await waitForBar(before.page, 'ready');
  await waitFor('the message on the server', () => rowsWith(server.data, messageKind, kept).length === 1);
  await before.page.goto(channel);
  await showLatest(before.page, kept);
  assert.ok((await at(before.page, 'message').count()) > 1, 'what others wrote is here again');

  proxy.cut(); // she has never left Offline Mode
  await send(before.page, unsent);
  await before.context.close();
  proxy.restore();

  const { context, page } = await launch(profile);
  onEnd(() => context.close());
  watch(page);
  await besideTheApp(page, home);
  await page.evaluate(() =>
    new Promise((resolve, reject) => Object.assign(indexedDB.deleteDatabase('holdfast-key'), { onsuccess: resolve, onerror: reject, onblocked: reject })),
  );
  const size = await onDisk(page);
  for (const _ of ['at once', 'and when it is tried again']) {
    await page.goto(home);
    await page.reload();
    await at(page, 'key-lost').waitFor();
    assert.match(await at(page, 'key-lost').innerText(), /not sent yet is lost/);
    assert.equal(await onDisk(page), size, 'nothing is erased by itself');
  }
  await shoot(page, 'key-lost');

  await at(page, 'erase').click();
  await at(page, 'confirm').click();
  await at(page, 'sign-in-email').waitFor();
  await signIn(page, ana);
  await waitForBar(page, 'ready');
  await page.goto(channel);
  await at(page, 'message').first().waitFor();
  assert.equal(await message(page, unsent).count(), 0);
  await workOffline(page, proxy);
  await send(page, 'Written with the new key');
  await waitForBanner(page, 'offline_active');
  proxy.restore();
}
