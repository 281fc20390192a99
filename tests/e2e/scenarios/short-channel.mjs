import assert from 'node:assert/strict';

import { ana, at, send, signIn, waitForBar } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';

export const name = 'a channel of a few long messages opens at its end, each time';

const long = 'One line after the other, so that the list is higher when it is drawn than anybody could have known. '.repeat(2);

/** How far the end of the list is below the screen, once it has stood still for a while. */
const belowScreen = (list) =>
  list.evaluate(async (moved) => {
    const below = () => Math.round(moved.scrollHeight - moved.clientHeight - moved.scrollTop);
    let last = `${moved.scrollHeight} ${below()}`;
    for (let still = 0; still < 20;) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = `${moved.scrollHeight} ${below()}`;
      still = now === last ? still + 1 : 0;
      last = now;
    }
    return below();
  });

export async function run({ home, profile, onEnd, watch }) {
  const { context, page } = await launch(profile);
  onEnd(() => context.close());
  watch(page);
  await page.goto(home);
  await signIn(page, ana);
  await waitForBar(page, 'ready');
  await at(page, 'group-row').filter({ hasText: 'Safety' }).last().click();
  await at(page, 'new-channel').click();
  await at(page, 'channel-name').fill('Long and few');
  await at(page, 'channel-create').click();
  await at(page, 'channel-row').filter({ hasText: 'Long and few' }).first().click();
  await at(page, 'messages').waitFor();
  for (let n = 1; n <= 7; n += 1) await send(page, `${n} ${long}`);
  for (let time = 1; time <= 8; time += 1) {
    await page.reload();
    await at(page, 'message').first().waitFor();
    const below = await belowScreen(at(page, 'messages'));
    assert.ok(below <= 1, `${below} px are below the screen, the ${time}. time`);
  }
}
