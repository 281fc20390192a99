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
