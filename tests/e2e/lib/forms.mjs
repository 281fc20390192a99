// A form as a person fills it in, and its cards in a channel.
import { at } from './app.mjs';
import { waitFor } from './server.mjs';

/** The component at a path: "what", and in a form inside "parts/0/name". */
export const field = (page, path) => page.locator(`[data-testid="field"][data-path="${path}"]`);

/** Messages that are answers. */
export const cards = (page) => at(page, 'message').filter({ has: page.getByTestId('form-card') });

/** Until the app says that what was typed is on the phone. */
export const kept = (page) =>
  waitFor('the words that it is kept', async () => /^(Saved on this phone|Guardado en este teléfono)$/.test((await at(page, 'kept').innerText()).trim()));

export async function openForm(page, title) {
  await at(page, 'forms').click();
  await at(page, 'form-open').filter({ hasText: title }).click();
  await at(page, 'filling').waitFor();
}

/** Searches in the choices that are open, and takes the first that fits. */
export async function choose(page, typed, wanted) {
  await at(page, 'choice-search').fill(typed);
  await at(page, 'choice').filter({ hasText: wanted }).first().click();
}

/** "Report an incident", with nothing left out that it requires: "Cold store Ñuñoa › Pump", a leak, and these words. */
export async function fillIncident(page, description) {
  await openForm(page, 'Report an incident');
  await field(page, 'danger').getByText('No', { exact: true }).click();
  await field(page, 'asset').getByTestId('choose').first().click();
  await choose(page, 'co', 'Coast');
  await choose(page, 'b', 'Bay');
  await choose(page, 'harb', 'Harbour terminal');
  await choose(page, 'nunoa', 'Cold store Ñuñoa');
  await choose(page, 'p', 'Pump');
  await field(page, 'failure').getByTestId('choose').click();
  await choose(page, 'le', 'Leak');
  await at(page, 'choices-done').click();
  await field(page, 'description').getByTestId('written').fill(description);
  await kept(page);
}
