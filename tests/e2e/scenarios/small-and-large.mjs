import assert from 'node:assert/strict';

import { ana, at, message, signIn, waitForBanner, waitForBar, workOffline } from '../lib/app.mjs';
import { seeFocus } from '../lib/audit.mjs';
import { launch } from '../lib/browser.mjs';
import { waitFor } from '../lib/server.mjs';

export const name = 'every screen on 320 px with text twice as large; the way from sign-in to a sent message by keyboard alone; in Offline Mode there is room under the banner';

const mostStops = 80;
const large = 'html { font-size: 200% }';

export async function run({ home, proxy, profile, shoot, onEnd, watch }) {
  const { context, page } = await launch(profile, { viewport: { width: 320, height: 568 } });
  onEnd(() => context.close());
  watch(page);
  await page.goto(home);
  await page.addStyleTag({ content: large });
  await at(page, 'sign-in-email').waitFor();
  await shoot(page, 'small-sign-in');
  await signIn(page, ana);
  await waitForBar(page, 'ready');

  await shoot(page, 'small-menu');
  for (const tab of ['people', 'search', 'home']) {
    await at(page, `tab-${tab}`).click();
    await shoot(page, `small-${tab}`);
  }
  for (const screen of ['settings', 'outbox']) {
    await page.goto(`${home}#/${screen}`);
    await at(page, screen).waitFor();
    await shoot(page, `small-${screen}`);
  }
  await page.goto(`${home}#/`);
  await at(page, 'menu').waitFor();

  await moveTo(page, '[data-testid="group-row"] a');
  await page.keyboard.press('Enter');
  await at(page, 'task-rows').waitFor();
  await shoot(page, 'small-tasks');
  await moveTo(page, '[data-testid="view-list"] input');
  for (const view of ['board', 'table', 'calendar']) {
    await page.keyboard.press('ArrowRight');
    await at(page, { board: 'task-board', table: 'task-table', calendar: 'calendar' }[view]).waitFor();
    await shoot(page, `small-${view}`);
  }
  await moveTo(page, '[data-testid="view-change"]');
  await page.keyboard.press('Enter');
  await at(page, 'view-sheet').waitFor();
  await shoot(page, 'small-view-sheet');
  await page.keyboard.press('Escape');
  await at(page, 'view-sheet').waitFor({ state: 'detached' });
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('ArrowRight');
  await at(page, 'channel-row').first().waitFor();
  await shoot(page, 'small-group');
  await moveTo(page, '[data-testid="channel-row"] a, a[data-testid="channel-row"]');
  await page.keyboard.press('Enter');
  await at(page, 'message').first().waitFor();
  await moveTo(page, 'textarea');
  await page.keyboard.type('By keyboard alone');
  await shoot(page, 'small-channel');
  await moveTo(page, '[data-testid="send"]');
  await page.keyboard.press('Enter');
  await message(page, 'By keyboard alone').waitFor();
  await moveTo(page, '[data-testid="details-open"]');
  await page.keyboard.press('Enter');
  await at(page, 'channel-details').waitFor();
  await shoot(page, 'small-details');
  const channel = page.url().replace(/\/[^/]*$/, '');

  // The banner leaves room under it, also in the longer language.
  await workOffline(page, proxy);
  await page.evaluate(() => localStorage.setItem('holdfast.language', 'es'));
  await page.reload();
  await page.addStyleTag({ content: large });
  for (const screen of ['settings', 'outbox']) {
    await page.goto(`${home}#/${screen}`);
    await at(page, screen).waitFor();
    await waitForBanner(page, 'offline_active');
    assert.ok((await at(page, screen).boundingBox()).height > 200, `room for the ${screen}`);
    await shoot(page, `small-offline-${screen}-in-spanish`);
  }
  await page.goto(channel);
  await at(page, 'messages').waitFor();
  const room = async () => (await at(page, 'messages').boundingBox()).height;
  assert.ok((await room()) > 100, `${await room()} px for the messages`);
  await shoot(page, 'small-offline-channel-in-spanish');

  // The words that have given way come when they are asked for.
  const words = at(page, 'banner').getByText(/^Datos de/);
  await words.waitFor({ state: 'hidden' });
  await moveTo(page, '[data-testid="banner-more"]');
  await page.keyboard.press('Enter');
  await words.waitFor();
  await shoot(page, 'small-offline-banner-in-spanish');

  // They scroll within themselves: the rest of the screen is there to be used.
  const missed = () => page.evaluate(() => ['composer', 'attach', 'send', 'banner-button', 'banner-close'].filter((id) => {
    const element = document.querySelector(`[data-testid="${id}"]`);
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const isInside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    return !isInside || !element.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
  }));
  assert.deepEqual(await missed(), [], 'out of reach under the open banner');
  const rest = () => at(page, 'banner').locator('p').evaluate((part) => part.scrollHeight - part.clientHeight - part.scrollTop);
  await moveTo(page, '[data-testid="banner"] p');
  await page.keyboard.press('End');
  await waitFor('the last words of the banner', async () => (await rest()) <= 1);
  await at(page, 'composer').fill('Con el aviso abierto');
  assert.deepEqual(await missed(), [], 'out of reach where something is written');
  await shoot(page, 'small-offline-banner-scrolled');
  await at(page, 'send').click();
  await message(page, 'Con el aviso abierto').waitFor();
}

/** Goes on with the Tab key until what has the focus matches `selector`; it has to be seen at every stop. */
async function moveTo(page, selector) {
  const path = [];
  for (let stop = 0; stop < mostStops; stop += 1) {
    await page.keyboard.press('Tab');
    const { name, isThere } = await page.evaluate((wanted) => {
      const element = document.activeElement;
      return { name: element.closest('[data-testid]')?.dataset.testid ?? element.tagName, isThere: element.matches(wanted) };
    }, selector);
    path.push(name);
    if (name !== 'BODY') await seeFocus(page);
    if (isThere) return;
  }
  assert.fail(`${selector} was not reached: ${path.join(' > ')}`);
}
