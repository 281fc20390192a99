import assert from 'node:assert/strict';

import { ana, at, openFirst, signIn, waitForBanner, waitForBar } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';

export const name = 'OM19 OM20 OM22 OM23: a cold start without network: Online Mode shows nothing stale, Offline Mode survives and reads';

export async function run({ home, proxy, profile, shoot, onEnd }) {
  const first = await launch(profile);
  await first.page.goto(home);
  await signIn(first.page, ana);
  await waitForBar(first.page, 'ready');
  await first.page.waitForFunction(() => navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready.then(() => true));
  await first.context.close();

  proxy.cut();
  const second = await launch(profile);
  await second.page.goto(home);
  await at(second.page, 'trying-to-connect').waitFor({ timeout: 20_000 });
  assert.equal(await at(second.page, 'group-row').count(), 0);
  await at(second.page, 'work-offline').click();
  await waitForBanner(second.page, 'offline_active');
  await at(second.page, 'group-row').first().waitFor();
  await second.context.close();

  const third = await launch(profile);
  onEnd(() => third.context.close());
  await third.page.goto(home);
  await waitForBanner(third.page, 'offline_active', 20_000);
  await openFirst(third.page, 'group-row');
  await openFirst(third.page, 'channel-row');
  await at(third.page, 'message').first().waitFor();
  await shoot(third.page, 'cold-start-offline');
}
