import assert from 'node:assert/strict';

import { ana, at, openFirst, send, signIn, waitForBanner, waitForBar, workOffline } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { field, kept } from '../lib/forms.mjs';
import { makeFolder, removeFolder } from '../lib/server.mjs';

export const name = 'OM40: the way through docs/guide/phone.md, in English and in Spanish, with its pictures';

const languages = [
  { locale: 'en-US', group: 'Work orders', chat: 'Safety', ready: /Offline mode is ready/, lost: /No Internet connection/, waits: 'Pump runs again', what: 'Handrail loose on the stairs' },
  { locale: 'es-ES', group: 'Work orders', chat: 'Safety', ready: /modo sin conexión está listo/, lost: /Sin conexión a Internet/, waits: 'La bomba funciona de nuevo', what: 'Barandilla suelta en la escalera' },
];

async function walk({ locale, group, chat, ready, lost, waits, what }, { home, proxy, picture, onEnd, watch }) {
  const profile = makeFolder('profile');
  onEnd(() => removeFolder(profile));
  const { context, page } = await launch(profile, { locale });
  onEnd(() => context.close());
  watch(page);
  await page.goto(home);
  await signIn(page, ana);
  await waitForBar(page, 'ready');
  assert.match(await at(page, 'status-bar').innerText(), ready);
  await picture(page, 'menu');

  proxy.cut();
  await waitForBanner(page, 'no_connection');
  await at(page, 'trying-to-connect').filter({ visible: true }).first().waitFor();
  assert.match(await at(page, 'banner').innerText(), lost);
  await picture(page, 'connection-lost');
  proxy.restore();
  await waitForBar(page, 'ready');

  await at(page, 'group-row').filter({ hasText: chat }).click();
  await openFirst(page, 'channel-row');
  await at(page, 'message').first().waitFor();
  const channel = page.url();
  await workOffline(page, proxy);
  await send(page, waits);
  await picture(page, 'channel');

  await page.goto(home);
  await at(page, 'group-row').filter({ hasText: group }).last().click();
  await at(page, 'task-start').click();
  await field(page, 'what').getByTestId('written').fill(what);
  await kept(page);
  await picture(page, 'form');
  await page.goto(home);
  await at(page, 'group-row').filter({ hasText: group }).last().click();
  await page.locator('[data-testid="tasks-reported"] a').last().click();
  await at(page, 'task-view').waitFor();
  await page.locator('[data-testid^="task-action-"]').first().click();
  await at(page, 'task-waiting').scrollIntoViewIfNeeded();
  await picture(page, 'task');
  proxy.restore();
  await page.goto(channel);
  await page.locator('[data-testid="message"][data-state="done"]', { hasText: waits }).waitFor({ timeout: 60_000 });
}

export async function run(tools) {
  for (const language of languages) await walk(language, tools);
}
