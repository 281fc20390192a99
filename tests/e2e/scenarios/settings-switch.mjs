import assert from 'node:assert/strict';

import { ana, at, signIn, waitForBanner, waitForBar } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { waitFor } from '../lib/server.mjs';

export const name = 'OM11 OM12 OM13 OM17 OM18 OM24 OM30 OM38: the switch in Settings works with a connection once synchronized; counts; what is not possible says why; little room and a browser that deletes are said; what is on the phone is told before one leaves';

/** A phone with little room, whose browser keeps what a page stores for a week unless it is installed. */
const shortOfRoom = () => {
  Object.defineProperty(navigator, 'standalone', { value: false });
  navigator.storage.estimate = () => Promise.resolve({ quota: 50_000_000, usage: 8_000_000 });
};

/** From Settings: per group and per form, with and without a connection. */
async function readyToGo(page, shoot) {
  await at(page, 'ready').click();
  await at(page, 'ready-page').waitFor();
  assert.ok((await at(page, 'ready-group').count()) > 1);
  assert.ok((await page.locator('[data-testid="ready-form"][data-blocked="false"]').count()) > 0);
  await page.locator('[data-testid="ready-form"][data-blocked="true"]').filter({ hasText: 'needs a connection' }).first().waitFor();
  await shoot(page, 'ready-1-all');
  await page.goBack();
  await at(page, 'offline-switch').waitFor();
}

export async function run({ home, profile, shoot, onEnd }) {
  const { context, page } = await launch(profile);
  onEnd(() => context.close());
  await page.addInitScript(shortOfRoom);
  await page.goto(home);
  await signIn(page, ana);
  await waitForBar(page, 'ready');
  await at(page, 'notice-storage').filter({ hasText: '42 MB' }).waitFor();
  await at(page, 'notice-install').waitFor();
  await shoot(page, 'notices');
  for (const id of ['storage', 'install']) await at(page, `notice-${id}-later`).click();
  assert.equal(await at(page, 'notice-storage').count(), 0);
  await at(page, 'settings-open').click();
  await at(page, 'settings').waitFor();
  await readyToGo(page, shoot);
  if ((await at(page, 'offline-switch').count()) === 0) await at(page, 'offline-settings').getByRole('button').first().click();
  const toggle = at(page, 'offline-switch');
  await toggle.scrollIntoViewIfNeeded();
  assert.equal(await toggle.getAttribute('aria-checked'), 'false');
  await toggle.click();
  await waitForBanner(page, 'offline_active');
  await page.locator('[data-testid="offline-switch"][aria-checked="true"]').waitFor();
  for (const kind of ['user', 'group', 'channel', 'message']) {
    assert.match(await at(page, `kind-${kind}`).innerText(), /100/, kind);
  }
  await shoot(page, 'settings-offline');
  await at(page, 'banner-close').click();
  await page.locator('[data-testid="banner"]').waitFor({ state: 'detached' });
  await toggle.click();
  await page.locator('[data-testid="offline-switch"][aria-checked="false"]').waitFor();
  await waitFor('an empty banner', async () => (await at(page, 'banner').count()) === 0);
}
