import assert from 'node:assert/strict';

import { ana, at, message, openFirst, send, signIn, waitForBanner, waitForBar } from '../lib/app.mjs';
import { contrastOf } from '../lib/audit.mjs';
import { launch } from '../lib/browser.mjs';
import { waitFor } from '../lib/server.mjs';

export const name =
  'OM7 OM8 OM9 OM10 OM16 OM17 OM18 OM20: bar and banner in words, marks and contrast; Offline Mode before everything is here; nothing waiting is lost by turning it off';

/** WCAG 2.2 AA for text of this size. */
const contrastMin = 4.5;

async function assertReadable(page, testId) {
  const part = page.getByTestId(testId).filter({ visible: true });
  assert.ok((await part.locator('svg, .icon').count()) > 0, `${testId} has a mark beside its colour`);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    const contrast = await contrastOf(part);
    assert.ok(contrast >= contrastMin, `${testId} in ${colorScheme}: ${contrast.toFixed(2)}`);
  }
}

export async function run({ home, proxy, profile, shoot, onEnd, watch }) {
  const { context, page } = await launch(profile);
  onEnd(() => context.close());
  watch(page);
  await page.goto(home);
  await at(page, 'sign-in-submit').waitFor();
  proxy.stallAfter(100_000); // far less than she has to receive
  await signIn(page, ana);
  await waitForBar(page, 'synchronizing');
  assert.match(await at(page, 'status-bar').innerText(), /Synchronizing data for offline use…/);
  await assertReadable(page, 'status-bar');

  // Cut before everything was here: the switch waits, the banner's button does not.
  proxy.cut();
  await Promise.all([waitForBanner(page, 'no_connection'), waitForBar(page, 'halted')]);
  await assertReadable(page, 'status-bar');
  await assertReadable(page, 'banner');
  assert.match(await at(page, 'banner').innerText(), /No Internet connection\s+There is a network, but the server does not answer\./);
  assert.match(await at(page, 'status-bar').innerText(), /Synchronization halted: the server does not answer/);
  await page.goto(`${home}#/settings`);
  if ((await at(page, 'offline-switch').count()) === 0) await at(page, 'offline-settings').getByRole('button').first().click();
  assert.ok(await at(page, 'offline-switch').isDisabled(), 'the switch before the first complete synchronization');
  await shoot(page, 'settings-before-complete');
  await at(page, 'banner-button').click();
  await waitForBanner(page, 'offline_active');
  await assertReadable(page, 'banner');
  assert.match(await at(page, 'banner').innerText(), /Offline mode is active/);
  await page.goto(home);
  await waitForBanner(page, 'offline_active');
  await shoot(page, 'offline-incomplete');

  // × hides the banner until the state changes.
  await at(page, 'banner-close').click();
  await at(page, 'banner').waitFor({ state: 'detached' });
  proxy.restore();
  await waitForBanner(page, 'offline_active', 40_000);
  await waitForBar(page, 'ready');
  await assertReadable(page, 'status-bar');
  assert.match(await at(page, 'status-bar').innerText(), /Offline mode is ready to be used\./);

  // What waits stays when Offline Mode is turned off without a connection, and goes when there is one.
  proxy.cut();
  await waitForBar(page, 'halted');
  await openFirst(page, 'group-row');
  await openFirst(page, 'channel-row');
  await at(page, 'message').first().waitFor();
  const text = `Kept ${Date.now()}`;
  await send(page, text);
  await at(page, 'banner-button').click();
  await at(page, 'trying-to-connect').filter({ visible: true }).waitFor();
  assert.equal(await at(page, 'message').count(), 0);
  await shoot(page, 'trying-to-connect');
  proxy.restore();
  await page.locator('[data-testid="message"][data-state="done"]', { hasText: text }).waitFor({ timeout: 40_000 });
  await waitFor('one message', async () => (await message(page, text).count()) === 1);
}
