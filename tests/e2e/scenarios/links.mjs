import assert from 'node:assert/strict';

import { at, message, openFirst, openFirstChannel, send, startPhone } from '../lib/app.mjs';
import { contrastOf, seeFocus } from '../lib/audit.mjs';
import { beginTask } from '../lib/tasks.mjs';

export const name = 'addresses and phone numbers in what people write can be followed, by finger and by keyboard, and nothing else of it does anything';

const manual = `https://manuals.example/pumps/${'p7-'.repeat(30)}?page=4#seals`;
const written = `The manual (${manual}) is clear. <img src=x onerror=alert(1)> javascript:alert(1)\nAsk ana@plant.example or +34 612 345 678.`;

export async function run({ home, profile, shoot, onEnd, watch }) {
  const { context, page } = await startPhone({ home, profile, watch });
  onEnd(() => context.close());
  await context.route('https://manuals.example/**', (route) => route.fulfill({ contentType: 'text/html', body: '<title>The manual</title>' }));
  const channel = await openFirstChannel(page);
  await send(page, written);
  const own = message(page, 'The manual (');
  const links = own.getByTestId('text-link');
  assert.equal(await own.locator('.text').innerText(), written, 'what is shown is what was written');
  assert.deepEqual(
    await links.evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.target, link.rel])),
    [[manual, '_blank', 'noopener noreferrer'], ['mailto:ana@plant.example', '', 'noopener noreferrer'], ['tel:+34612345678', '', 'noopener noreferrer']],
  );
  assert.equal(await own.locator('img').count(), 0);

  const followed = async (press) => {
    const [opened] = await Promise.all([context.waitForEvent('page'), press()]);
    await opened.waitForLoadState();
    assert.equal(opened.url(), manual);
    assert.equal(await opened.evaluate(() => window.opener), null);
    await opened.close();
    assert.equal(page.url(), channel, 'the app stays where it was');
  };
  await followed(() => links.first().tap({ position: { x: 40, y: 20 } }));
  await page.keyboard.press('Tab'); // the way of a keyboard, with its mark
  await links.first().focus();
  await seeFocus(page);
  await followed(() => page.keyboard.press('Enter'));

  await page.setViewportSize({ width: 320, height: 568 });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await links.last().scrollIntoViewIfNeeded();
    assert.ok((await contrastOf(own.locator('.bubble'))) >= 4.5);
    await shoot(page, `links-${colorScheme}`);
  }
  const over = await own.locator('.bubble').evaluate((bubble) => bubble.scrollWidth - bubble.clientWidth);
  assert.ok(over <= 0, 'a long address is wrapped');

  // Where answers are read; the card that leads there is a link of its own.
  await page.goto(`${home}#/`);
  await at(page, 'group-row').filter({ hasText: 'Work orders' }).last().click();
  await at(page, 'view-list').click();
  await beginTask(page, 'Call +34 612 345 679 first');
  await at(page, 'form-send').click();
  await at(page, 'task-chat').click();
  await openFirst(page, 'form-card');
  await at(page, 'answer').getByRole('link', { name: '+34 612 345 679' }).waitFor();
  await shoot(page, 'links-answer');
}
