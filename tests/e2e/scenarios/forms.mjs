import assert from 'node:assert/strict';

import { ana, at, bruno, openFirstChannel, signIn, startPhone, waitForBanner, waitForBar, workOffline } from '../lib/app.mjs';
import { killBrowser, launch } from '../lib/browser.mjs';
import { cards, choose, field, kept, openForm } from '../lib/forms.mjs';
import { makeFolder, removeFolder, waitFor } from '../lib/server.mjs';
import { answersOf, countsFor } from '../lib/truth.mjs';

export const name = 'OM24 OM31 OM32 OM33 OM37: a form is filled in offline, killed in the middle, gone on with, sent, and on the server once';

const words = 'Water under the pump, a hand wide and growing.';
const option = (page, component, label) => field(page, component).getByText(label, { exact: true });

export async function run({ home, proxy, server, profile, shoot, onEnd, watch }) {
  const before = answersOf(server.data).map(({ id }) => id);
  let phone = await startPhone({ home, profile, watch });
  let { page } = phone;
  const channel = await openFirstChannel(page);

  await workOffline(page, proxy);
  await at(page, 'forms').click();
  await at(page, 'form-open').first().waitFor();
  await shoot(page, 'forms-1-offered');
  await page.keyboard.press('Escape');
  const others = await cards(page).count(); // of answers that are in the channel already
  await openForm(page, 'Report an incident');
  await shoot(page, 'forms-2-begun');

  await at(page, 'form-send').click();
  await field(page, 'danger').getByTestId('trouble').filter({ hasText: 'required' }).waitFor();
  await shoot(page, 'forms-3-missing');
  await option(page, 'danger', 'Yes').click();
  await field(page, 'call_first').waitFor();
  await option(page, 'danger', 'No').click();
  await field(page, 'call_first').waitFor({ state: 'detached' });
  await field(page, 'asset').getByTestId('choose').first().click();
  await choose(page, 'co', 'Coast');
  await choose(page, 'b', 'Bay');
  await choose(page, 'harb', 'Harbour terminal');
  await choose(page, 'nunoa', 'Cold store Ñuñoa');
  await choose(page, 'p', 'Pump');
  await field(page, 'failure').getByTestId('choose').click();
  await choose(page, 'le', 'Leak');
  await choose(page, 'noi', 'Noise');
  await shoot(page, 'forms-4-choices');
  await at(page, 'choices-done').click();

  // Killed between two words: what was typed is in the draft, with everything before it.
  await field(page, 'description').getByTestId('written').pressSequentially(words.slice(0, 20));
  await kept(page);
  const draft = page.url();
  assert.match(draft, /\/draft\/\d+$/);
  await killBrowser(phone);
  phone = await launch(profile);
  page = phone.page;
  watch(page);
  await page.goto(draft);
  await waitForBanner(page, 'offline_active', 30_000);
  const typed = field(page, 'description').getByTestId('written');
  await waitFor('what was typed', async () => (await typed.inputValue()) === words.slice(0, 20));
  assert.equal(await field(page, 'asset').getByTestId('choose').nth(3).innerText(), 'Places\nCold store Ñuñoa');
  await typed.press('End');
  await typed.pressSequentially(words.slice(20));
  await kept(page);
  await shoot(page, 'forms-5-gone-on');
  await at(page, 'form-send').click();
  await cards(page).nth(others).filter({ hasText: 'Cold store' }).waitFor();
  assert.equal(await cards(page).nth(others).getAttribute('data-state'), 'saved');
  await shoot(page, 'forms-6-waits');

  // Killed again before anything could be sent: it waits once, and no draft is left.
  await killBrowser(phone);
  phone = await launch(profile);
  onEnd(() => phone.context.close());
  page = phone.page;
  watch(page);
  await page.goto(channel);
  await cards(page).nth(others).waitFor({ timeout: 30_000 });
  assert.equal(await cards(page).count(), others + 1);
  await at(page, 'forms').click();
  await at(page, 'form-open').first().waitFor();
  assert.equal(await at(page, 'draft-open').count(), 0);
  await page.keyboard.press('Escape');
  assert.equal(answersOf(server.data).length, before.length);

  proxy.restore();
  await waitFor('the answer on the server', async () => (await cards(page).nth(others).getAttribute('data-state')) === 'done', 60_000);
  const stored = answersOf(server.data).filter(({ id }) => !before.includes(id));
  assert.equal(stored.length, 1);
  assert.equal(stored[0].answers.description, words);
  assert.equal(stored[0].answers.failure.length, 2);

  // An answer is not another message.
  await page.goto(`${home}#/settings`);
  const { message } = countsFor(server.data, ana.email);
  await waitFor(`${message} messages in Settings`, async () => (await at(page, 'kind-message').innerText()).replaceAll(',', '').includes(String(message)));

  const folder = makeFolder('profile');
  onEnd(() => removeFolder(folder));
  const other = await launch(folder, { locale: 'es-ES' });
  onEnd(() => other.context.close());
  watch(other.page);
  await other.page.goto(home);
  await signIn(other.page, bruno);
  await waitForBar(other.page, 'ready');
  await other.page.goto(channel);
  await at(other.page, 'message').first().waitFor();
  await waitFor('the card on the other device', async () => {
    await at(other.page, 'jump-latest').click({ timeout: 500 }).catch(() => undefined); // it goes when it is done
    return (await cards(other.page).count()) > others;
  });
  assert.equal(await cards(other.page).count(), others + 1);
  await shoot(other.page, 'forms-7-card-in-spanish');
  await cards(other.page).nth(others).getByTestId('form-card').click();
  await at(other.page, 'answer').getByText(words).waitFor();
  assert.equal(await at(other.page, 'answer').getByText('¿Hay alguien en peligro?').count(), 1);
  await shoot(other.page, 'forms-8-answer-in-spanish');
}
