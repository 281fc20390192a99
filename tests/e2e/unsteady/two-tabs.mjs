import assert from 'node:assert/strict';

import { ana, at, message, openFirst, send, showLatest, signIn, waitForBar } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { waitFor } from '../lib/server.mjs';

export const name = 'OM38: a second tab works, sees what the first writes, and takes over when it goes';

/** The engine begins again in this tab: the channel is hidden for a moment and comes back. */
async function retake(page) {
  await waitFor('the engine in the second tab', async () => {
    const locks = await page.evaluate(() => navigator.locks.query());
    return locks.held.some((lock) => lock.name === 'holdfast-owner');
  });
  await waitFor('a composer that takes input', async () => {
    const field = page.locator('textarea[data-testid="composer"]');
    if ((await field.count()) === 0 || !(await field.isEnabled())) return false;
    await field.fill('x');
    if (!(await at(page, 'send').isEnabled())) return false;
    await field.fill('');
    return true;
  });
}

export async function run({ home, profile, onEnd, watch }) {
  const { context, page: first } = await launch(profile);
  onEnd(() => context.close());
  await first.goto(home);
  await signIn(first, ana);
  await waitForBar(first, 'ready');
  await openFirst(first, 'group-row');
  await openFirst(first, 'channel-row');
  await at(first, 'message').first().waitFor();

  const second = await context.newPage();
  await second.goto(first.url());
  await at(second, 'message').first().waitFor();
  watch(first);
  watch(second);
  await first.bringToFront(); // a hidden tab is not drawn
  await send(first, 'From the first tab');
  await second.bringToFront();
  await showLatest(second, 'From the first tab');
  await send(second, 'From the second tab');
  await first.bringToFront();
  await showLatest(first, 'From the second tab');

  await first.close();
  await second.bringToFront();
  await retake(second);
  await send(second, 'After the first tab is gone');
  await second.locator('[data-testid="message"][data-state="done"]', { hasText: 'After the first tab is gone' }).waitFor();
  await second.reload();
  await at(second, 'message').first().waitFor();
  await showLatest(second, 'After the first tab is gone');
  for (const text of ['From the first tab', 'From the second tab', 'After the first tab is gone']) {
    assert.equal(await message(second, text).count(), 1, text);
  }
}
