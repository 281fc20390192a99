import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { ana, at, openFirst, send, showChannels, signIn, waitForBanner, waitForBar } from '../lib/app.mjs';
import { audit } from '../lib/audit.mjs';
import { launch } from '../lib/browser.mjs';
import { devices, fileOf, languages, schemes, writeIndex } from '../lib/gallery.mjs';
import { makeFolder, removeFolder, root } from '../lib/server.mjs';

export const name = 'OM40: every screen in both languages, light and dark, on a phone and on a desktop: build/screenshots/index.html';

const folder = path.join(root, 'build/screenshots');
const group = (page, words) => at(page, 'group-row').filter({ hasText: words }).last();

/** The screens in the order of a walk: [name, how to get there from the one before]. `phone`: not on a desktop. */
const walk = [
  ['menu', (page, { home }) => goTo(page, home)],
  ['people', (page) => at(page, 'tab-people').click()],
  ['search', (page) => openSearch(page)],
  ['chat', (page, { home }) => openChat(page, home)],
  ['channel', (page) => openFirst(page, 'channel-row').then(() => at(page, 'message').first().waitFor())],
  ['message-menu', (page) => openMessageMenu(page)],
  ['attach', (page) => at(page, 'attach').click()],
  ['details', (page) => at(page, 'details-open').click().then(() => at(page, 'channel-details').waitFor())],
  ['new-channel', (page, { home }) => openChat(page, home).then(() => at(page, 'new-channel').click())],
  ['tasks-list', (page, { home }) => openTasks(page, home)],
  ['tasks-board', (page) => showView(page, 'board', 'task-board')],
  ['tasks-table', (page) => showView(page, 'table', 'task-table')],
  ['tasks-calendar', (page) => showView(page, 'calendar', 'calendar')],
  ['tasks-view', (page) => at(page, 'view-change').click().then(() => at(page, 'view-sheet').waitFor())],
  ['task', (page, { home }) => openTask(page, home)],
  ['form-start', (page, { home }) => openTasks(page, home).then(() => at(page, 'task-start').click()).then(() => at(page, 'filling').waitFor())],
  ['form-list', (page, { home }) => openFormChannel(page, home).then(() => at(page, 'forms').click())],
  ['form', (page) => openFirstForm(page)],
  ['form-review', (page) => at(page, 'form-review').click().then(() => at(page, 'review').waitFor())],
  ['settings', (page, { home }) => goTo(page, `${home}#/settings`, 'settings')],
  ['password', (page) => at(page, 'change-password').click()],
  ['outbox-empty', (page, { home }) => goTo(page, `${home}#/outbox`, 'outbox')],
  ['lost-menu', (page, { home, proxy }) => goTo(page, home).then(() => lose(page, proxy))],
  ['offline-menu', (page) => workOffline(page), 'phone'],
  ['offline-channel', (page, { home }) => writeOffline(page, home), 'phone'],
  ['offline-task', (page, { home }) => moveOffline(page, home), 'phone'],
  ['outbox', (page, { home }) => goTo(page, `${home}#/outbox`, 'outbox'), 'phone'],
  ['offline-settings', (page, { home }) => goTo(page, `${home}#/settings`, 'settings'), 'phone'],
];

async function goTo(page, address, testId = 'menu') {
  await page.goto(address.includes('#') ? address : `${address}#/`);
  await at(page, testId).waitFor();
}

async function openSearch(page) {
  await at(page, 'tab-search').click();
  await at(page, 'search').fill('pump');
  await at(page, 'search-message').first().waitFor();
}

async function openChat(page, home) {
  await goTo(page, home);
  await at(page, 'tab-home').click();
  await group(page, 'Safety').click();
  await at(page, 'channel-row').first().waitFor();
}

async function openMessageMenu(page) {
  await page.locator('[data-testid="message"] .bubble').last().click({ button: 'right' });
  await at(page, 'message-menu').or(at(page, 'menu-copy')).first().waitFor();
}

async function openTasks(page, home) {
  await goTo(page, home);
  await group(page, 'Work orders').click();
  await at(page, 'task-rows').first().waitFor();
}

async function showView(page, view, testId) {
  await at(page, `view-${view}`).click();
  await at(page, testId).waitFor();
}

async function openTask(page, home) {
  await openTasks(page, home);
  await at(page, 'view-list').click();
  await page.locator('[data-testid="tasks-reported"] a').last().click();
  await at(page, 'task-view').waitFor();
}

async function openFormChannel(page, home) {
  await goTo(page, home);
  await group(page, 'Safety').click();
  await showChannels(page);
  await openFirst(page, 'channel-row');
  await at(page, 'message').first().waitFor();
}

async function openFirstForm(page) {
  await at(page, 'forms').click();
  await at(page, 'form-open').first().click();
  await at(page, 'filling').waitFor();
}

async function lose(page, proxy) {
  proxy.cut();
  await waitForBanner(page, 'no_connection');
  await at(page, 'trying-to-connect').filter({ visible: true }).first().waitFor();
}

async function workOffline(page) {
  await at(page, 'banner-button').click();
  await waitForBanner(page, 'offline_active');
  await at(page, 'group-row').first().waitFor();
}

async function writeOffline(page, home) {
  await openFormChannel(page, home);
  await send(page, 'The pump runs again.');
}

async function moveOffline(page, home) {
  await openTask(page, home);
  await page.locator('[data-testid^="task-action-"]').first().click();
  await at(page, 'task-waiting').waitFor();
}

/** One person's device, from the sign-in on; returns what pictures there are of it. */
async function walkThrough(device, language, tools) {
  const profile = makeFolder('profile');
  tools.onEnd(() => removeFolder(profile));
  const locale = { en: 'en-US', es: 'es-ES' }[language];
  const { context, page } = await launch(profile, { desktop: device === 'desktop', locale });
  tools.onEnd(() => context.close());
  tools.watch(page);
  const pictures = [];
  const take = async (screen) => {
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme });
      const picture = { screen, device, language, scheme };
      await page.screenshot({ path: path.join(folder, 'gallery', fileOf(picture)), scale: 'css', animations: 'disabled' });
      pictures.push(picture);
    }
    if (device === 'phone' && language === 'es') await audit(page, `${screen}, dark, in Spanish`);
  };
  await page.goto(tools.home);
  await at(page, 'sign-in-email').waitFor();
  await take('sign-in');
  await signIn(page, ana);
  await at(page, 'group-row').first().waitFor();
  if (device === 'phone') await waitForBar(page, 'ready');
  for (const [screen, go, only] of walk) {
    if (only && only !== device) continue;
    await page.keyboard.press('Escape'); // what lay over the screen before
    await go(page, tools);
    await take(screen);
  }
  await context.close();
  tools.proxy.restore();
  return pictures;
}

export async function run(tools) {
  mkdirSync(path.join(folder, 'gallery'), { recursive: true });
  const pictures = [];
  for (const device of devices) {
    for (const language of languages) pictures.push(...(await walkThrough(device, language, tools)));
  }
  writeIndex(folder, pictures);
}
