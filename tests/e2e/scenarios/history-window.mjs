// What is older than a phone keeps, read on the phone while it is connected (OM14).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { ana, at, signIn, waitForBanner, waitForBar, workOffline } from '../lib/app.mjs';
import { killBrowser, launch } from '../lib/browser.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { binary, makeFolder, removeFolder, startServer, waitFor } from '../lib/server.mjs';

export const name = 'OM14, OM20: a phone with a history window says since when it keeps messages, shows older ones of the server in the same list, in both languages and on 320 px, goes on while one scrolls, says what failed, and stores none of it';

const timeline = 5;
const archive = 8;

/** Asks the server's own database. */
function ask(data, query, ...values) {
  const database = new DatabaseSync(path.join(data, 'holdfast.db'), { readOnly: true });
  try {
    return database.prepare(query).get(...values);
  } finally {
    database.close();
  }
}

/** How many messages of a channel the server has in buckets of these kinds. */
const count = (data, channel, ...kinds) =>
  ask(data, `SELECT count(*) AS n FROM bucket_row WHERE kind = 7 AND bucket IN (SELECT id FROM bucket WHERE owner = ? AND kind IN (${kinds.join()}))`, BigInt(channel)).n;

/** A channel of which the phone keeps some messages, and the server has a few pages more. */
const findChannel = (data) =>
  ask(data, `
    WITH held AS (
      SELECT owner, parent, kind, (SELECT count(*) FROM bucket_row WHERE bucket_row.bucket = bucket.id AND bucket_row.kind = 7) AS n
      FROM bucket WHERE kind IN (${timeline}, ${archive}) AND is_open = 1
    )
    SELECT CAST(older.owner AS TEXT) AS id FROM held AS older JOIN held AS kept ON kept.owner = older.owner
    WHERE older.kind = ${archive} AND kept.kind = ${timeline} AND older.n BETWEEN 110 AND 400 AND kept.n > 3 AND older.parent IN (
      SELECT id FROM bucket_row WHERE kind = 8 AND bucket = (SELECT id FROM bucket WHERE kind = 1 AND owner = (
        SELECT id FROM bucket_row WHERE kind = 2 AND json_extract(CAST(body AS TEXT), '$.email') = ?)))
    ORDER BY older.n LIMIT 1`, ana.email)?.id;

const inState = (page, state) => page.locator(`[data-testid="older"][data-state="${state}"]`);

/** Up, as a finger goes, until `isThere`. */
async function scrollUp(page, what, isThere) {
  const box = await at(page, 'messages').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await waitFor(what, async () => {
    await page.mouse.wheel(0, -600);
    return isThere();
  }, 60_000);
}

/** Adds the messages that are drawn: their places, each once, in the order of the list. */
async function note(page, seen) {
  for (const id of await page.locator('[data-testid="message"]').evaluateAll((rows) => rows.map((row) => row.dataset.id))) seen.add(id);
}

export async function run({ profile, shoot, onEnd, watch }) {
  const data = makeFolder('window');
  onEnd(() => removeFolder(data));
  const server = await startServer(data, { extra: ['--tasks', '62'] });
  onEnd(() => server.stop());
  const proxy = await startProxy(server.port);
  onEnd(() => proxy.close());
  const granted = spawnSync(binary, ['entitlement', 'grant', 'northfield', '--history-days', '3', '--data', data], { encoding: 'utf8' });
  assert.equal(granted.status, 0, granted.stderr);
  const home = `http://localhost:${proxy.port}/`;
  let phone = await launch(profile);
  onEnd(() => phone.context.close());
  let { page } = phone;
  watch(page);
  await page.goto(home);
  await signIn(page, ana);
  await waitForBar(page, 'ready');
  const channel = await waitFor('a channel with an archive', () => findChannel(data));
  const address = `${home}#/channel/${channel}`;
  await page.goto(address);
  await at(page, 'message').first().waitFor();
  const all = count(data, channel, timeline, archive);

  // Offered, refused by a server that is in trouble, tried again.
  await scrollUp(page, 'the beginning of what the phone keeps', async () => (await inState(page, 'server').count()) > 0);
  await inState(page, 'server').scrollIntoViewIfNeeded();
  assert.match(await at(page, 'older').innerText(), /keeps messages since/);
  await shoot(page, 'older-offered');
  await page.route('**/sync/v1/older', (route) => route.fulfill({ status: 503, headers: { Holdfast: '1' }, contentType: 'application/json', body: '{"code":"server.busy","params":{}}' }));
  await at(page, 'older-show').click();
  await inState(page, 'failed').waitFor();
  await shoot(page, 'older-failed');
  await page.unroute('**/sync/v1/older');
  const first = await page.locator('[data-testid="message"]').first().getAttribute('data-id');
  await at(page, 'older-show').click();
  await waitFor('older messages above', async () => (await page.locator('[data-testid="message"]').first().getAttribute('data-id')) !== first);
  await page.locator(`[data-testid="message"][data-id="${first}"]`).waitFor(); // the reader's place is kept
  await shoot(page, 'older-shown');

  // Without a connection what came stays; the rest is said to be on the server.
  await workOffline(page, proxy);
  await scrollUp(page, 'the beginning of what came', async () => (await inState(page, 'offline').count()) > 0);
  await inState(page, 'offline').scrollIntoViewIfNeeded();
  await shoot(page, 'older-offline');
  proxy.restore();
  await at(page, 'banner-button').click();
  await inState(page, 'offline').waitFor({ state: 'detached' });

  // Whoever goes on scrolling reads to the beginning of the channel, each message once.
  const seen = new Set();
  await scrollUp(page, 'the beginning of the channel', async () => {
    await note(page, seen);
    return (await page.getByText('This is where the channel begins').count()) > 0;
  });
  const box = await at(page, 'messages').boundingBox();
  await waitFor('every message', async () => {
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.wheel(0, 500);
    await note(page, seen);
    return seen.size >= all;
  }, 60_000);
  assert.equal(seen.size, all);

  // Nothing of it was stored.
  await killBrowser(phone);
  proxy.cut();
  phone = await launch(profile, { locale: 'es-ES', viewport: { width: 320, height: 568 } });
  ({ page } = phone);
  watch(page);
  await page.goto(address);
  await waitForBanner(page, 'no_connection', 30_000);
  await at(page, 'banner-button').click();
  await at(page, 'message').first().waitFor();
  const kept = new Set();
  await scrollUp(page, 'what the phone keeps', async () => {
    await note(page, kept);
    return (await inState(page, 'offline').count()) > 0;
  });
  await note(page, kept);
  assert.ok(kept.size <= count(data, channel, timeline), `${kept.size} messages are kept`);
  await inState(page, 'offline').scrollIntoViewIfNeeded();
  assert.match(await at(page, 'older').innerText(), /están en el servidor/);
  await shoot(page, 'small-older-offline');
  proxy.restore();
  await at(page, 'banner-button').click();
  await inState(page, 'server').waitFor();
  await page.addStyleTag({ content: 'html { font-size: 200% }' });
  await scrollUp(page, 'the beginning in large letters', async () => await inState(page, 'server').isVisible());
  await shoot(page, 'small-older-offered');
}
