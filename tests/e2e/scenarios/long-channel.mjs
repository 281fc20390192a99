import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { at, openFirst, signIn, waitForBar } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { makeFolder, removeFolder, root, startServer, waitFor } from '../lib/server.mjs';

export const name = 'OM3, OM22: a channel of 100,000 messages, begun by a segment, read on the phone alone: it opens, scrolls without gaps, and keeps its place';

const messages = 100_000;
const mostDrawn = 120;
const wheels = 60;

/** What one sees of the list: how many messages are drawn, and how much of the list's height shows none. */
function look() {
  const list = document.querySelector('[data-testid="messages"]');
  const frame = list.getBoundingClientRect();
  const rows = [...list.querySelectorAll('[data-testid="message"]')];
  const boxes = rows.map((row) => row.getBoundingClientRect()).filter((box) => box.bottom > frame.top && box.top < frame.bottom);
  const covered = Math.max(0, Math.min(frame.bottom, Math.max(...boxes.map((box) => box.bottom))) - Math.max(frame.top, Math.min(...boxes.map((box) => box.top))));
  return { drawn: rows.length, empty: frame.height - (boxes.length > 0 ? covered : 0), first: rows[0]?.dataset.id };
}

async function framesPass(count) {
  for (let frame = 0; frame < count; frame += 1) await new Promise(requestAnimationFrame);
}

async function metric(server, name) {
  const text = await (await fetch(`http://localhost:${server.port}/metrics`)).text();
  return Number(new RegExp(`^holdfast_${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

/** Two devices begin the channel: for the third one its snapshot has been made. */
async function beginBefore(server, data) {
  for (const device of ['one', 'two']) {
    execFileSync(
      path.join(root, 'build/dev/cli/holdfast'),
      ['client', '--server', `http://localhost:${server.port}`, '--data', path.join(data, device), '--email', 'bench1@holdfast.example', 'sync'],
      { env: { ...process.env, HOLDFAST_PASSWORD: 'holdfast-bench' } },
    );
  }
  await waitFor('a segment', async () => (await metric(server, 'segments_made_total')) > 0);
}

export async function run({ profile, shoot, onEnd, watch }) {
  const data = makeFolder('long');
  execFileSync(path.join(root, 'build/dev/bench/holdfast_bench'), ['--make', data, '1', String(messages)]);
  const server = await startServer(data, { subcommand: 'serve' });
  onEnd(() => removeFolder(data));
  await beginBefore(server, data);
  const { context, page } = await launch(profile);
  onEnd(() => context.close());
  watch(page);
  await page.goto(`http://localhost:${server.port}/`);
  await signIn(page, { email: 'bench0@holdfast.example', password: 'holdfast-bench' });
  await waitForBar(page, 'ready');
  assert.ok((await metric(server, 'segment_parts_sent_total')) > 1, 'the phone has fetched no segment');
  await server.stop(); // from here on the phone has what it has
  await at(page, 'work-offline').click();

  await openFirst(page, 'group-row');
  await page.locator('[data-testid^="channel-"]').first().click();
  await at(page, 'message').first().waitFor();
  await at(page, 'jump-latest').click({ timeout: 2_000 }).catch(() => undefined); // already there when nothing is unread
  const isFilled = async () => (await page.evaluate(look)).empty < 80;
  await waitFor('the newest messages', isFilled);

  const box = await at(page, 'messages').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const seen = new Set();
  for (let turn = 0; turn < wheels; turn += 1) {
    await page.mouse.wheel(0, -1_200);
    await waitFor('messages all over the list', isFilled, 2_000);
    const { drawn, first } = await page.evaluate(look);
    assert.ok(drawn <= mostDrawn, `${drawn} messages are drawn at once`);
    seen.add(first);
  }
  assert.ok(seen.size > wheels / 2, `only ${seen.size} places in ${wheels} turns of the wheel`);
  await shoot(page, 'long-channel');

  const before = await page.evaluate(look);
  await page.evaluate(framesPass, 20);
  assert.deepEqual(await page.evaluate(look), before, 'the list moved by itself');
  await at(page, 'jump-latest').click();
  await waitFor('the end of the channel', async () => (await at(page, 'jump-latest').count()) === 0 && isFilled());
}
