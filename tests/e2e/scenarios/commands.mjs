import assert from 'node:assert/strict';

import { at, message, openFirstChannel, send, showLatest, startPhone, waitForBanner, workOffline } from '../lib/app.mjs';

export const name = 'OM28 OM29: a command is offered and given without a connection, and its routine runs once it is back; one that fails is told in the outbox';

export async function run({ home, proxy, profile, shoot, onEnd, watch }) {
  const phone = await startPhone({ home, profile, watch });
  onEnd(() => phone.context.close());
  const { page } = phone;
  await openFirstChannel(page);
  await workOffline(page, proxy);

  const field = at(page, 'composer');
  await field.fill('/t');
  const offered = at(page, 'command').filter({ hasText: '/ticket' });
  await offered.waitFor();
  assert.match(await offered.innerText(), /what is to be done[\s\S]*Open a work order/);
  await at(page, 'commands-later').waitFor();
  assert.ok((await offered.boundingBox()).height >= 44);
  await shoot(page, 'commands-offered');

  await field.press('Escape');
  await at(page, 'commands').waitFor({ state: 'detached' });
  await field.pressSequentially('i');
  await offered.click();
  assert.equal(await field.inputValue(), '/ticket ');
  const said = `/ticket the door of hall ${Date.now() % 1000} does not close`;
  await send(page, said);
  const waiting = message(page, said);
  await waiting.getByTestId('message-routine').waitFor();
  await shoot(page, 'command-waits');
  await send(page, `/ticket ${'too long for the name of a task '.repeat(8)}`);

  proxy.restore();
  await waitForBanner(page, 'offline_active');
  await at(page, 'banner-button').click();
  await showLatest(page, `is open: ${said.slice('/ticket '.length)}`);
  assert.equal(await message(page, 'is open: ').filter({ hasText: said.slice('/ticket '.length) }).count(), 1);
  await waiting.getByTestId('message-routine').waitFor({ state: 'detached' });
  await shoot(page, 'command-done');

  // That of the second one failed, and whoever gave it is told so in the outbox until they have read it.
  await page.goto(`${home}#/outbox`);
  const told = at(page, 'outbox-item').filter({ has: at(page, 'failed-routine') });
  await told.waitFor();
  assert.match(await told.innerText(), /Done, and a routine behind it has failed[\s\S]*“Open a work order” has failed: This text is too long/);
  await shoot(page, 'command-routine-failed');
  await page.evaluate(() => localStorage.setItem('holdfast.language', 'es'));
  await page.reload();
  await at(page, 'failed-routine').filter({ hasText: 'La rutina «Open a work order» falló' }).waitFor();
  await page.setViewportSize({ width: 320, height: 640 });
  await shoot(page, 'command-routine-failed-in-spanish-320');
  await at(page, 'outbox-understood').click();
  await told.waitFor({ state: 'detached' });
}
