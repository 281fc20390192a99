// The way through the app that every engine has to go, as far as it can: docs/browsers.md says how far.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

import { ana } from './app.mjs';
import { waitFor } from './server.mjs';
import { messagesOf } from './truth.mjs';

const group = 'Safety';
/** One server serves every engine's journey: each writes its own. */
const textFor = (proxy) => `Written in tunnel ${proxy.port}`;

/** What the browser has: { syncFiles, keptKey, locks, tabs }. Asked on a page without the app, in a worker like its own. */
export async function capabilities(page) {
  const worker = readFileSync(path.join(import.meta.dirname, 'capabilities-worker.js'));
  const server = http.createServer(({ url }, response) => {
    response.setHeader('Content-Type', url === '/worker.js' ? 'text/javascript' : 'text/html');
    response.end(url === '/worker.js' ? worker : '<!doctype html><title>What it has</title>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  await page.goto(`http://localhost:${server.address().port}/`);
  const found = await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const asked = new Worker('/worker.js', { type: 'module' });
        asked.onmessage = ({ data }) => resolve(data);
        asked.onerror = ({ message }) => reject(new Error(message));
      }),
  );
  server.closeAllConnections();
  server.close();
  return found;
}

async function signIn(page) {
  await page.waitFor('sign-in-email');
  await page.type('sign-in-email', ana.email);
  await page.type('sign-in-password', ana.password);
  await page.click('sign-in-submit');
  await page.waitFor('group-row', group);
}

/** The first channel of a chat; returns its address. */
async function openChannel(page) {
  await page.click('group-row', group);
  await page.click('channel-row');
  await page.waitFor('message');
  return page.evaluate(() => location.href);
}

async function write(page, text) {
  await page.type('composer', text);
  await page.click('send');
}

async function isOnceOnServer(page, server, text) {
  await page.waitFor('message', text, { state: 'done' });
  assert.equal((await page.see('message', text)).count, 1, 'once on the screen');
  assert.equal(messagesOf(server.data).filter((each) => each === text).length, 1, 'once on the server');
}

/** The channel opens at what was not read when the first page was killed; the newest is below. */
async function showLatest(page, text) {
  await waitFor(`"${text}"`, async () => {
    if ((await page.see('jump-latest')).isFree) await page.click('jump-latest');
    return (await page.see('message', text)).count > 0;
  });
}

/** Sign in, usable, cut, Offline Mode, write, killed, begun again without a network, back, once. */
async function keptJourney(open, { home, proxy, server }) {
  const written = textFor(proxy);
  const first = await open();
  await first.goto(home);
  await signIn(first);
  await first.waitFor('status-bar', '', { kind: 'ready' }, 60_000);
  await first.evaluate(() => navigator.serviceWorker.ready.then(() => true)); // it is there without a network
  const channel = await openChannel(first);
  proxy.cut();
  await first.waitFor('banner', '', { kind: 'no_connection' });
  await first.click('banner-button');
  await first.waitFor('banner', '', { kind: 'offline_active' });
  await write(first, written);
  await first.waitFor('message', written, { state: 'saved' });
  await first.kill();

  const second = await open();
  await second.goto(channel);
  await second.waitFor('banner', '', { kind: 'offline_active' });
  await second.waitFor('message', written, { state: 'saved' });
  proxy.restore();
  await isOnceOnServer(second, server, written);
}

/** Sign in, usable, cut: no Offline Mode, and why; back, write, killed, signed in again, once. */
async function onlineJourney(open, { home, proxy, server }) {
  const written = textFor(proxy);
  const first = await open();
  await first.goto(home);
  await signIn(first);
  await openChannel(first);
  proxy.cut();
  const { text } = await first.waitFor('banner', '', { kind: 'no_connection' });
  assert.match(text, /keeps no data/);
  assert.equal((await first.see('banner-button')).count, 0, 'no Offline Mode is offered');
  assert.equal((await first.see('message')).count, 0, 'nothing stale is shown');
  proxy.restore();
  await first.waitFor('message');
  await write(first, written);
  await isOnceOnServer(first, server, written);
  await first.kill();

  const second = await open();
  await second.goto(home);
  await signIn(second);
  await openChannel(second);
  await showLatest(second, written);
  await isOnceOnServer(second, server, written);
}

/** `engine`: firefox.mjs or webkit.mjs. Its storage must be as docs/browsers.md says: `keeps`. */
export async function travel(engine, { keeps }, tools) {
  const lacks = engine.missing();
  if (lacks) return { skipped: lacks };
  let page;
  const open = async () => {
    page = await engine.launch(tools.profile);
    return page;
  };
  tools.onEnd(() => page?.kill());
  tools.watch({ screenshot: async (options) => page?.screenshot(options), evaluate: async (work) => (await page?.evaluate(work)) ?? 'no page' });
  const found = await capabilities(await open());
  assert.deepEqual(found, { syncFiles: keeps, keptKey: true, locks: true, tabs: true }, 'docs/browsers.md says something else');
  await page.kill();
  await (keeps ? keptJourney : onlineJourney)(open, tools);
  return {};
}
