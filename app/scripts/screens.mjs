// Pictures of every screen and state, made with sample data, and an accessibility check of each.
// `npm run build:fake && npm run screens [name...]` writes into screens/ and fails on any breach.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, devices } from 'playwright-core';
import { preview } from 'vite';

const port = Number(process.env.PORT ?? 5210);
const folder = new URL('../screens/', import.meta.url).pathname;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const { Pixel, small, desktop } = {
  Pixel: devices['Pixel 7'],
  small: { ...devices['Pixel 7'], viewport: { width: 320, height: 568 } },
  desktop: { viewport: { width: 1280, height: 800 } },
};

const at = (hash) => async (page) => page.evaluate((to) => (location.hash = to), hash);
const click = (id) => async (page) => page.getByTestId(id).click();
const enter = (scenario) => async (page) =>
  page.evaluate((name) => globalThis.fakeCore.enter(name), scenario);
const scrollTo = (selector, top) => async (page) =>
  page.locator(selector).evaluate((element, to) => element.scrollTo(0, to), top);
const write = (text) => async (page) => page.getByTestId('composer').fill(text);
const post = (text) => async (page) => {
  await page.getByTestId('composer').fill(text);
  await page.getByTestId('send').click();
};
const openMenu = async (page) =>
  page.locator('[data-testid=message] .bubble').last().click({ button: 'right' });

const screens = {
  'sign-in': { fake: 'signed-out' },
  'sign-in-ended': { fake: 'ended' },
  'menu-synchronizing': { fake: 'synchronizing' },
  'menu-ready': { fake: 'ready' },
  'menu-lost': { fake: 'lost' },
  'menu-offline': { fake: 'offline&outbox' },
  people: { fake: 'ready', steps: [click('tab-people')] },
  search: {
    fake: 'ready',
    steps: [click('tab-search'), (page) => page.getByTestId('search').fill('pump')],
  },
  group: { fake: 'ready', steps: [at('#/group/106')] },
  'group-reason': { fake: 'ready', steps: [at('#/group/107')] },
  tasks: { fake: 'ready', steps: [at('#/group/104')] },
  'tasks-offline': { fake: 'offline', steps: [at('#/group/104')] },
  task: { fake: 'ready', steps: [at('#/group/104/task/702')] },
  'task-waiting': { fake: 'offline', steps: [at('#/group/104/task/703')] },
  'task-new': { fake: 'offline', steps: [at('#/group/104/task/701')] },
  'new-channel': { fake: 'ready', steps: [at('#/group/106'), click('new-channel')] },
  channel: { fake: 'ready', steps: [at('#/channel/201')] },
  'channel-middle': {
    fake: 'ready',
    steps: [at('#/channel/201'), scrollTo('[data-testid=messages]', 2500)],
  },
  'channel-offline': {
    fake: 'offline&outbox',
    steps: [at('#/channel/202'), write('One more thing:\nthe pump is warm.')],
  },
  'channel-reply': {
    fake: 'offline',
    steps: [at('#/channel/202'), post('Valve is closed.'), openMenu, click('menu-reply')],
  },
  forms: { fake: 'ready', steps: [at('#/channel/201'), click('forms')] },
  filling: { fake: 'ready', steps: [at('#/channel/201/form/601')] },
  'filling-wrong': { fake: 'ready', steps: [at('#/channel/201/form/601'), click('form-send')] },
  'filling-end': {
    fake: 'ready',
    steps: [at('#/channel/201/form/601'), scrollTo('[data-testid=filling] .scroll', 5000)],
  },
  'filling-choices': {
    fake: 'ready',
    steps: [
      at('#/channel/201/form/601'),
      (page) => page.getByTestId('choose').first().click(),
      (page) => page.getByTestId('choice-search').fill('camp'),
    ],
  },
  answer: { fake: 'ready', steps: [at('#/channel/201/answer/5')] },
  'answer-refused': { fake: 'ready', steps: [at('#/channel/201/answer/999')] },
  'message-menu': { fake: 'ready', steps: [at('#/channel/202'), openMenu] },
  'channel-read-only': { fake: 'ready', steps: [at('#/channel/204')] },
  'channel-connecting': {
    fake: 'ready',
    steps: [at('#/channel/202'), write('A draft that stays'), enter('lost')],
  },
  'channel-empty': { fake: 'ready', steps: [at('#/channel/205')] },
  details: { fake: 'ready', steps: [at('#/channel/202/details')] },
  outbox: { fake: 'offline&outbox', steps: [at('#/outbox')] },
  'outbox-discard': {
    fake: 'offline&outbox',
    steps: [at('#/outbox'), (page) => page.getByTestId('outbox-discard').first().click()],
  },
  settings: { fake: 'ready', steps: [at('#/settings')] },
  'settings-offline': {
    fake: 'offline&outbox',
    steps: [at('#/settings'), scrollTo('[data-testid=settings]', 9999)],
  },
  'settings-early': {
    fake: 'synchronizing',
    steps: [at('#/settings'), scrollTo('[data-testid=settings]', 9999)],
  },
  'settings-edit': { fake: 'ready', steps: [at('#/settings'), click('profile-edit')] },
};

const looks = {
  light: { device: Pixel },
  dark: { device: Pixel, colorScheme: 'dark' },
  small: { device: small },
  spanish: { device: Pixel, locale: 'es-ES' },
  large: { device: Pixel, textScale: 2 },
  forced: { device: Pixel, forcedColors: 'active' },
  desktop: { device: desktop, scenario: 'desktop' },
  'desktop-dark': { device: desktop, scenario: 'desktop', colorScheme: 'dark' },
};
const onDesktop = [
  'menu-ready',
  'group',
  'channel',
  'channel-reply',
  'settings',
  'outbox',
  'details',
  'search',
];

async function breaches(page, isForced) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  // Forced colours are the system's own: what axe computes from ours says nothing about them.
  const counted = violations.filter(({ id }) => !(isForced && id === 'color-contrast'));
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  const found = counted.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join(' | ')}`,
  );
  return overflow ? [...found, 'the page is wider than the screen'] : found;
}

/** Waits until nothing has changed on the page for a moment, and every animation has ended. */
async function still(page) {
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        let timer = setTimeout(resolve, 400);
        const observer = new MutationObserver(() => {
          clearTimeout(timer);
          timer = setTimeout(resolve, 400);
        });
        observer.observe(document, { subtree: true, childList: true, attributes: true });
        setTimeout(resolve, 3000);
      }),
  );
}

async function take(browser, lookName, look, name, screen) {
  const { device, colorScheme = 'light', forcedColors = 'none', locale = 'en-GB' } = look;
  const context = await browser.newContext({
    ...device,
    colorScheme,
    forcedColors,
    locale,
    timezoneId: 'Europe/Madrid',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const problems = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.clock.setFixedTime(new Date('2026-11-23T10:51:00+01:00'));
  const fake = look.scenario ?? screen.fake;
  await page.goto(`http://127.0.0.1:${port}/?fake=${fake}`);
  if (look.textScale)
    await page.addStyleTag({ content: `html{font-size:${look.textScale * 100}%}` });
  await page.waitForSelector('.shell, main form');
  for (const step of screen.steps ?? []) {
    await step(page);
    await still(page);
  }
  await still(page);
  await page.screenshot({ path: `${folder}${lookName}-${name}.png` });
  problems.push(...(await breaches(page, forcedColors === 'active')));
  await context.close();
  return problems.map((problem) => `${lookName}-${name}: ${problem}`);
}

mkdirSync(folder, { recursive: true });
const server = await preview({
  build: { outDir: 'dist-fake' },
  preview: { port, strictPort: true },
});
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const browser = await chromium.launch({ executablePath, args });
const wanted = process.argv.slice(2);
let failed = 0;
let count = 0;
for (const [lookName, look] of Object.entries(looks)) {
  for (const [name, screen] of Object.entries(screens)) {
    if (look.scenario && !onDesktop.includes(name)) continue;
    const full = `${lookName}-${name}`;
    if (wanted.length > 0 && !wanted.some((one) => new RegExp(`^${one}$`).test(full))) continue;
    count += 1;
    const problems = await take(browser, lookName, look, name, screen).catch((error) => [
      `${full}: ${error}`,
    ]);
    for (const problem of problems) console.error(problem);
    failed += problems.length;
  }
}
await browser.close();
await server.close();
console.log(`${count} screens, ${failed} problems`);
process.exit(failed > 0 ? 1 : 0);
