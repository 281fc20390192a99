import assert from 'node:assert/strict';

import { ana, at, signIn } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { waitFor } from '../lib/server.mjs';

export const name = 'OM15 OM20: on a desktop the app is an online client: no switch, no bar, no replica kept, nothing stale';

export async function run({ home, proxy, profile, shoot, onEnd, watch }) {
  const { context, page } = await launch(profile, { desktop: true });
  onEnd(() => context.close());
  watch(page);
  await page.goto(home);
  await signIn(page, ana);
  await at(page, 'group-row').first().waitFor();
  assert.equal(await page.locator('[data-testid="status-bar"]:visible').count(), 0);
  await shoot(page, 'desktop-menu');
  await at(page, 'settings-open').click();
  await at(page, 'settings').waitFor();
  assert.equal(await at(page, 'offline-switch').count(), 0);
  const files = await page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('holdfast');
    const names = [];
    for await (const file of folder.keys()) names.push(file);
    return names;
  });
  assert.ok(!files.some((file) => file.startsWith('replica')), `kept: ${files}`);
  await page.goto(`${home}#/`);
  proxy.cut();
  await at(page, 'trying-to-connect').first().waitFor();
  assert.equal(await page.locator('[data-testid="work-offline"]:visible').count(), 0);
  await waitFor('an empty menu', async () => (await at(page, 'group-row').count()) === 0);
  await shoot(page, 'desktop-trying-to-connect');
  proxy.restore();
  await at(page, 'group-row').first().waitFor({ timeout: 40_000 });
}
