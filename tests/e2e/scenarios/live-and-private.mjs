import assert from 'node:assert/strict';

import { ana, at, bruno, send, showLatest, signIn, waitForBar } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { makeFolder, removeFolder } from '../lib/server.mjs';

export const name = 'OM4 OM5: what one writes appears on the other phone; different people see different things';

export async function run({ home, profile, shoot, onEnd }) {
  const one = await launch(profile);
  onEnd(() => one.context.close());
  const otherProfile = makeFolder('profile');
  const other = await launch(otherProfile, { locale: 'es-ES', colorScheme: 'dark' });
  onEnd(() => removeFolder(otherProfile));
  onEnd(() => other.context.close());
  await Promise.all([one.page.goto(home), other.page.goto(home)]);
  await signIn(one.page, ana);
  await signIn(other.page, bruno);
  await Promise.all([waitForBar(one.page, 'ready'), waitForBar(other.page, 'ready')]);
  await shoot(one.page, 'menu-ready');
  await shoot(other.page, 'menu-ready-es-dark');

  const groups = async (page) => (await at(page, 'group-row').allInnerTexts()).join('\n');
  assert.match(await groups(one.page), /Finance/);
  assert.doesNotMatch(await groups(other.page), /Finance/);

  await one.page.getByText('Safety', { exact: true }).first().click();
  await at(one.page, 'channel-row').first().click();
  await at(one.page, 'message').first().waitFor();
  await other.page.goto(one.page.url());
  await at(other.page, 'message').first().waitFor();
  const text = `Live ${Date.now()}`;
  await send(one.page, text);
  await showLatest(other.page, text);
  await shoot(other.page, 'channel-es-dark');
  await shoot(one.page, 'channel');
}
