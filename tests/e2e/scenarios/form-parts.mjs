import assert from 'node:assert/strict';

import { at, bruno, signIn, startPhone, waitForBanner, waitForBar, workOffline } from '../lib/app.mjs';
import { killBrowser, launch } from '../lib/browser.mjs';
import { cards, field, kept, openForm } from '../lib/forms.mjs';
import { makeFolder, removeFolder, waitFor } from '../lib/server.mjs';
import { answersOf } from '../lib/truth.mjs';

export const name = 'OM24 OM32 OM37: forms inside a form are added, filled in, killed, mended, moved and removed offline, and are on the server once';

const written = (page, path) => field(page, path).getByTestId('written');
const parts = (page) => at(page, 'part');
const isOpen = (page, path) => page.locator(`[data-testid="part"][data-path="${path}"] > details`).evaluate((part) => part.open);

async function add(page, title, count) {
  await at(page, 'part-add').filter({ hasText: title }).click();
  await waitFor(`${count} parts`, async () => (await parts(page).count()) === count);
}

export async function run({ home, proxy, server, profile, shoot, onEnd, watch }) {
  const before = answersOf(server.data).map(({ id }) => id);
  let phone = await startPhone({ home, profile, watch });
  let { page } = phone;
  await at(page, 'group-row').filter({ hasText: 'Work orders' }).last().click();
  await page.locator('[data-testid="tasks-reported"] a').last().click();
  await at(page, 'task-chat').click();
  await at(page, 'forms').waitFor();
  await at(page, 'message').first().waitFor();
  const channel = page.url();
  const others = await cards(page).count();

  await workOffline(page, proxy);
  await openForm(page, 'Close the work order');
  await add(page, 'Part', 1);
  await add(page, 'Tool', 2);
  await add(page, 'Part', 3);
  await parts(page).first().scrollIntoViewIfNeeded();
  await shoot(page, 'form-parts-1-added');
  await written(page, 'parts/0/name').fill('Shaft seal');
  await field(page, 'parts/0/old').getByText('Kept', { exact: true }).click();
  await written(page, 'parts/0/shelf').fill('B 12');
  await written(page, 'parts/1/name').fill('Bearing puller');

  // What is wrong inside is named with its part, and one gets there though the part is shut.
  await written(page, 'tag').fill('P-7');
  await written(page, 'done').fill('Replaced the seal and the bearing.');
  await written(page, 'hours').fill('2.5');
  await at(page, 'form-review').click();
  await at(page, 'review-missing').filter({ hasText: 'Part 3 › Name or number, Signature' }).waitFor();
  assert.match(await at(page, 'review').innerText(), /Part 1[\s\S]*Shaft seal[\s\S]*Tool 2[\s\S]*Bearing puller/);
  await shoot(page, 'form-parts-1-review');
  await page.keyboard.press('Escape');
  await parts(page).nth(2).locator('summary').click();
  await waitFor('the part to shut', async () => !(await isOpen(page, 'parts/2')));
  await at(page, 'form-send').click();
  await field(page, 'parts/2/name').getByTestId('trouble').filter({ hasText: 'required' }).waitFor();
  assert.equal((await at(page, 'next').innerText()).trim(), 'Next: Part 3 › Name or number');
  assert.equal((await at(page, 'part-wrong').innerText()).trim(), '1 to mend');
  assert.ok(await isOpen(page, 'parts/2'));
  await waitFor('the cursor there', () => written(page, 'parts/2/name').evaluate((input) => input === document.activeElement));
  await shoot(page, 'form-parts-2-named');

  // Killed in the middle of a word inside: everything is there, in its place.
  await written(page, 'parts/2/name').pressSequentially('Bear');
  await kept(page);
  const draft = page.url();
  await killBrowser(phone);
  phone = await launch(profile);
  onEnd(() => phone.context.close());
  page = phone.page;
  watch(page);
  await page.goto(draft);
  await waitForBanner(page, 'offline_active', 30_000);
  await waitFor('the parts', async () => (await parts(page).count()) === 3);
  assert.equal(await written(page, 'parts/2/name').inputValue(), 'Bear');
  assert.equal(await written(page, 'parts/0/shelf').inputValue(), 'B 12');
  await written(page, 'parts/2/name').fill('Bearing 6205');

  await parts(page).nth(1).getByTestId('part-remove').click();
  await page.getByText('Remove Tool 2?').waitFor();
  await shoot(page, 'form-parts-3-remove');
  await at(page, 'confirm').click();
  await waitFor('the part to go', async () => (await parts(page).count()) === 2);
  assert.equal(await written(page, 'parts/1/name').inputValue(), 'Bearing 6205');
  await waitFor('the cursor to be somewhere', () => at(page, 'part-add').first().evaluate((button) => button === document.activeElement));

  // Another order, with the keyboard: the cursor goes along with the part, and back.
  const isFirst = (name) => waitFor(`${name} to be first`, async () => (await written(page, 'parts/0/name').inputValue()) === name);
  await parts(page).nth(1).getByTestId('part-up').press('Enter');
  await isFirst('Bearing 6205');
  assert.equal(await field(page, 'parts/0/shelf').count(), 0);
  assert.equal(await written(page, 'parts/1/shelf').inputValue(), 'B 12');
  await waitFor('the cursor at its button', () => parts(page).first().getByTestId('part-down').evaluate((button) => button === document.activeElement));
  await shoot(page, 'form-parts-3-moved');
  await page.keyboard.press('Enter');
  await isFirst('Shaft seal');

  await field(page, 'signature').getByTestId('signature-name').fill('Ana');
  await field(page, 'signature').getByTestId('signature-use').click();
  await field(page, 'signature').getByTestId('signed').waitFor();
  await at(page, 'form-send').click();
  await cards(page).nth(others).waitFor();
  assert.equal(answersOf(server.data).length, before.length);
  proxy.restore();
  await waitFor('the answer on the server', async () => (await cards(page).nth(others).getAttribute('data-state')) === 'done', 60_000);
  const stored = answersOf(server.data).filter(({ id }) => !before.includes(id));
  assert.equal(stored.length, 1);
  assert.deepEqual(stored[0].answers.parts, [
    { form: 'part', answers: { name: 'Shaft seal', count: '1', old: ['kept'], shelf: 'B 12' } },
    { form: 'part', answers: { name: 'Bearing 6205', count: '1' } },
  ]);

  // Read by somebody else, in Spanish, on the narrowest screen.
  const folder = makeFolder('profile');
  onEnd(() => removeFolder(folder));
  const other = await launch(folder, { locale: 'es-ES', viewport: { width: 320, height: 640 } });
  onEnd(() => other.context.close());
  watch(other.page);
  await other.page.goto(home);
  await signIn(other.page, bruno);
  await waitForBar(other.page, 'ready');
  await other.page.goto(channel);
  await waitFor('the card on the other device', async () => {
    await at(other.page, 'jump-latest').click({ timeout: 500 }).catch(() => undefined); // it goes when it is done
    return (await cards(other.page).count()) > others;
  });
  await cards(other.page).nth(others).getByTestId('form-card').click();
  await at(other.page, 'answer-part').first().waitFor();
  assert.match(await at(other.page, 'answer-part').first().innerText(), /Repuesto 1[\s\S]*Shaft seal[\s\S]*Guardado[\s\S]*B 12/);
  await at(other.page, 'answer-part').first().scrollIntoViewIfNeeded();
  await shoot(other.page, 'form-parts-4-read-in-spanish');
  await other.page.goto(channel);
  await at(other.page, 'forms').click();
  await at(other.page, 'form-open').filter({ hasText: 'Cerrar la orden' }).click();
  await add(other.page, 'Repuesto', 1);
  await parts(other.page).first().scrollIntoViewIfNeeded();
  await shoot(other.page, 'form-parts-5-narrow-in-spanish');
}
