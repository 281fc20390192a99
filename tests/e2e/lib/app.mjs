// The app as a person sees it: where things are on the screen, by their data-testid.
import { launch } from './browser.mjs';
import { waitFor } from './server.mjs';

export const ana = { email: 'ana@northfield.example', password: 'holdfast-demo' };
export const bruno = { email: 'bruno@northfield.example', password: 'holdfast-demo' };

export const at = (page, id) => page.getByTestId(id);

export async function signIn(page, person) {
  await at(page, 'sign-in-email').fill(person.email);
  await at(page, 'sign-in-password').fill(person.password);
  await at(page, 'sign-in-submit').click();
  await at(page, 'menu').waitFor();
}

export const barKind = (page) => at(page, 'status-bar').getAttribute('data-kind');
export const bannerKind = (page) => at(page, 'banner').getAttribute('data-kind');

/** Waits until the bar has this kind; returns how long that took. */
export async function waitForBar(page, kind, timeout = 60_000) {
  const begin = Date.now();
  await page.locator(`[data-testid="status-bar"][data-kind="${kind}"]`).waitFor({ timeout });
  return Date.now() - begin;
}

export async function waitForBanner(page, kind, timeout = 10_000) {
  const begin = Date.now();
  await page.locator(`[data-testid="banner"][data-kind="${kind}"]`).waitFor({ timeout });
  return Date.now() - begin;
}

/** The channels of a group of tasks stand behind its views. */
export async function showChannels(page) {
  await at(page, 'channel-row').first().or(at(page, 'view-channels')).first().waitFor();
  if ((await at(page, 'view-channels').count()) > 0) await at(page, 'view-channels').click();
}

export async function openFirst(page, testId) {
  if (testId === 'channel-row') await showChannels(page);
  const row = at(page, testId).first();
  await row.waitFor();
  await row.click();
}

/** A phone on which Ana is signed in, with everything that it has to receive. */
export async function startPhone({ home, profile, watch }) {
  const phone = await launch(profile);
  watch(phone.page);
  await phone.page.goto(home);
  await signIn(phone.page, ana);
  await waitForBar(phone.page, 'ready');
  return phone;
}

/** Opens the first channel of the first group; returns its address. */
export async function openFirstChannel(page) {
  await openFirst(page, 'group-row');
  await openFirst(page, 'channel-row');
  await at(page, 'message').first().waitFor();
  return page.url();
}

/** Cuts the connection, and goes on from the banner. */
export async function workOffline(page, proxy) {
  proxy.cut();
  await waitForBanner(page, 'no_connection');
  await at(page, 'banner-button').click();
  await waitForBanner(page, 'offline_active');
}

export async function send(page, text) {
  await at(page, 'composer').locator('textarea').or(page.locator('textarea[data-testid="composer"]')).first().fill(text);
  await at(page, 'send').click();
  await message(page, text).waitFor();
}

/** A channel opens at its first unread message; the newest are below. */
export async function showLatest(page, text) {
  await waitFor(`"${text}"`, async () => {
    await at(page, 'jump-latest').click({ timeout: 500 }).catch(() => undefined); // it goes when it is done
    return (await message(page, text).count()) > 0;
  });
}

export const message = (page, text) => at(page, 'message').filter({ hasText: text });

/** Texts of the messages on the screen with this delivery state. */
export async function messagesInState(page, state) {
  return page.locator(`[data-testid="message"][data-state="${state}"]`).allInnerTexts();
}
