import assert from 'node:assert/strict';

import { ana, at, signIn, waitForBanner, waitForBar } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { waitFor } from '../lib/server.mjs';

export const name = 'OM11 OM12 OM13 OM17 OM18 OM30: the switch in Settings works with a connection once synchronized; counts; what is not possible says why';

export async function run({ home, profile, shoot, onEnd }) {
  const { context, page } = await launch(profile);
  onEnd(() => context.close());
  await page.goto(home);
  await signIn(page, ana);
  await waitForBar(page, 'ready');
  await at(page, 'settings-open').click();
  await at(page, 'settings').waitFor();
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
