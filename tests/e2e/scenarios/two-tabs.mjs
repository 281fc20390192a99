import assert from 'node:assert/strict';

import { ana, at, message, openFirst, send, showLatest, signIn, waitForBar } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { waitFor } from '../lib/server.mjs';

export const name = 'OM38: a second tab works, sees what the first writes, and takes over when it goes';

/** Which worker holds the databases: the browser's name for it. */
async function ownerOf(page) {
  const { held } = await page.evaluate(() => navigator.locks.query());
  return held.find((lock) => lock.name === 'holdfast-owner')?.clientId ?? null;
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

  const before = await ownerOf(second);
  await first.close();
  await second.bringToFront();
  // Until the lock has passed on, what is written goes to the tab that is being closed.
  await waitFor('another owner', async () => ![null, before].includes(await ownerOf(second)));
  // The new owner takes no input before it is connected: what was typed stays in the field, to be sent again.
  await at(second, 'composer').locator('textarea').or(second.locator('textarea[data-testid="composer"]')).first().fill('After the first tab is gone');
  await waitFor('the new owner takes input', async () => {
    await at(second, 'send').click({ timeout: 500 }).catch(() => undefined);
    return (await message(second, 'After the first tab is gone').count()) > 0;
  });
  await second.locator('[data-testid="message"][data-state="done"]', { hasText: 'After the first tab is gone' }).waitFor();
  await second.reload();
  await at(second, 'message').first().waitFor();
  await showLatest(second, 'After the first tab is gone');
  for (const text of ['From the first tab', 'From the second tab', 'After the first tab is gone']) {
    assert.equal(await message(second, text).count(), 1, text);
  }
}
