import assert from 'node:assert/strict';

import { ana, at, message, openFirstChannel, send, signIn, startPhone, waitForBanner, waitForBar, workOffline } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';

export const name = 'OM38 OM39: a key that the browser has lost is told as what it is, again and again; what is here is erased only when asked to, and the app works again';

const unsent = 'Written with the key that is lost';
const onDisk = (page) =>
  page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('holdfast');
    return (await (await folder.getFileHandle('outbox.db')).getFile()).size;
  });

export async function run({ home, proxy, profile, shoot, onEnd, watch }) {
  const before = await startPhone({ home, profile, watch });
  const channel = await openFirstChannel(before.page);
  await workOffline(before.page, proxy);
  await send(before.page, unsent);
  await before.context.close();
  proxy.restore();

  const { context, page } = await launch(profile);
  onEnd(() => context.close());
  watch(page);
  await page.goto(`${home}icons/icon.svg`); // of the same origin, without the app
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
