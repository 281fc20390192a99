// OM32, OM33, OM35, OM38: unsent work in a file that others carry.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { ana, at, bruno, message, openFirstChannel, send, showLatest, signIn, startPhone, waitForBanner, waitForBar, workOffline } from '../lib/app.mjs';
import { killBrowser, launch } from '../lib/browser.mjs';
import { cards, fillIncident } from '../lib/forms.mjs';
import { binary, makeFolder, removeFolder, waitFor } from '../lib/server.mjs';
import { besideTheApp, olderOutbox, place } from '../lib/stores.mjs';
import { answersOf, rowsWith } from '../lib/truth.mjs';

export const name = 'OM32 OM33 OM35: what waits is saved to a sealed file, brought by two carriers at once and by the phone itself, and is on the server once; OM38: also from an outbox that this version can only read';

const left = 'Sealed: left by the version before.';
const words = 'Sealed: the pump is dry again.';
const caption = 'Sealed: this is the pump.';
const description = 'Sealed: found on the round, nobody is near.';

/** A picture as a camera makes it: too large for one piece of the file. */
const picture = (page) =>
  page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [2000, 1500];
    const pen = canvas.getContext('2d');
    const pixels = pen.createImageData(2000, 1500);
    for (let at = 0; at < pixels.data.length; at += 1) pixels.data[at] = at % 4 === 3 ? 255 : (at * 2654435761) >>> 24;
    pen.putImageData(pixels, 0, 0);
    return canvas.toDataURL('image/jpeg', 0.8).split(',')[1];
  }).then((text) => Buffer.from(text, 'base64'));

const [messageKind, fileKind] = [7, 30];

/** `holdfast …` to its end. */
function program(...args) {
  return new Promise((resolve) => {
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stderr.on('data', (chunk) => (said += chunk));
    child.on('exit', (code) => resolve({ code, said }));
  });
}

async function fillIn(page) {
  await fillIncident(page, description);
  await at(page, 'form-send').click();
  await cards(page).filter({ hasText: 'Cold store' }).last().waitFor();
}

async function attachAndSend(page, bytes) {
  await at(page, 'attach').click();
  await at(page, 'attach-file-input').setInputFiles({ name: 'pump.jpg', mimeType: 'image/jpeg', buffer: bytes });
  await page.locator('form:has([data-testid="composer"])').getByTestId('file').waitFor({ timeout: 60_000 });
  await waitFor('the picture on the phone', async () => (await at(page, 'attaching').innerText()).trim() === '');
  await send(page, caption);
}

async function download(page, to) {
  const [file] = await Promise.all([page.waitForEvent('download'), at(page, 'sealed-download').click()]);
  assert.match(file.suggestedFilename(), /^holdfast-\d{4}-\d\d-\d\d-\d{4}\.sealed$/);
  await file.saveAs(to);
}

/** From the outbox page to a file on the disk; how many actions it says are in it: read marks wait too. */
async function save(page, home, shoot, to) {
  await page.goto(`${home}#/outbox`);
  await at(page, 'save-unsent').scrollIntoViewIfNeeded();
  await shoot(page, 'sealed-1-outbox');
  await at(page, 'save-unsent').click();
  await shoot(page, 'sealed-2-what-for');
  await at(page, 'sealed-make').click();
  await at(page, 'sealed-made').waitFor();
  const said = /(\d+) actions · 1 attached file · [\d.]+ (kB|MB)/.exec((await at(page, 'sealed-made').innerText()).replace(/\s+/g, ' '));
  assert.ok(said && Number(said[1]) >= 3, 'how much is in it');
  await shoot(page, 'sealed-3-made');
  await download(page, to);
  await page.keyboard.press('Escape');
  return Number(said[1]);
}

export async function run({ home, proxy, server, profile, shoot, onEnd, watch }) {
  const folder = makeFolder('carrier');
  onEnd(() => removeFolder(folder));
  const sealed = path.join(folder, 'work.sealed');
  const direct = `http://localhost:${server.port}/`; // not through what cuts the phone off
  const answersBefore = answersOf(server.data).length;

  let phone = await startPhone({ home, profile, watch });
  let { page } = phone;
  const channel = await openFirstChannel(page);
  const bytes = await picture(page);
  await workOffline(page, proxy);
  await send(page, words);
  await fillIn(page);
  await attachAndSend(page, bytes);
  const actions = await save(page, home, shoot, sealed);

  // Nobody who carries it reads it; the phone cannot take it back any more.
  const file = readFileSync(sealed);
  assert.ok(file.length > 300_000, 'the picture is in it');
  for (const secret of [words, caption, description, 'northfield', 'hfd.']) assert.equal(file.indexOf(secret), -1, secret);
  assert.equal(await at(page, 'outbox-discard').count(), 0);

  // Who signs out with work unsent is offered the file first.
  await page.goto(`${home}#/settings`);
  await at(page, 'sign-out').click();
  await at(page, 'instead').waitFor();
  await at(page, 'instead').click();
  await at(page, 'save-sheet').waitFor();
  await page.keyboard.press('Escape');
  await killBrowser(phone);
  assert.equal(rowsWith(server.data, messageKind, 'Sealed: ').length, 0);

  // One changed bit: nothing of it is taken.
  const changed = path.join(folder, 'changed.sealed');
  const copy = Buffer.from(file);
  copy[copy.length - 40] ^= 1;
  writeFileSync(changed, copy);
  const refused = await program('deliver', changed, '--server', direct);
  assert.equal(refused.code, 1, refused.said);
  assert.match(refused.said, /sealed\.altered/);
  assert.equal(rowsWith(server.data, messageKind, 'Sealed: ').length, 0);

  // Bruno's phone and a computer, at once.
  const profileOfBruno = makeFolder('profile');
  onEnd(() => removeFolder(profileOfBruno));
  const other = await launch(profileOfBruno, { locale: 'es-ES' });
  onEnd(() => other.context.close());
  watch(other.page);
  await other.page.goto(direct);
  await signIn(other.page, bruno);
  await waitForBar(other.page, 'ready');
  await other.page.goto(`${direct}#/outbox`);
  await at(other.page, 'deliver-file').click();
  await shoot(other.page, 'sealed-4-deliver');
  const [computer] = await Promise.all([
    program('deliver', sealed, '--server', direct),
    at(other.page, 'deliver-input').setInputFiles(sealed),
  ]);
  assert.equal(computer.code, 0, computer.said);
  await at(other.page, 'delivered').waitFor();
  await shoot(other.page, 'sealed-5-delivered');
  const counts = /(\d+) delivered, (\d+) had arrived before, 0 refused, 0 to be delivered again/.exec(computer.said);
  assert.ok(counts, computer.said);
  assert.equal(Number(counts[1]) + Number(counts[2]), actions);

  const once = () => {
    assert.equal(rowsWith(server.data, messageKind, words).length, 1);
    assert.equal(rowsWith(server.data, messageKind, caption).length, 1);
    const answers = answersOf(server.data);
    assert.equal(answers.length, answersBefore + 1);
    assert.equal(answers.filter((answer) => answer.answers.description === description).length, 1);
    const files = rowsWith(server.data, fileKind, 'pump.jpg');
    assert.equal(files.length, 1);
    return files[0];
  };
  once();
  const again = await program('deliver', sealed, '--server', direct);
  assert.ok(again.said.startsWith(`0 delivered, ${actions} had arrived before, 0 refused, 0 to be delivered again; 1 of 1 files`), again.said);
  const stored = once();
  assert.ok(stored.stored);
  const content = path.join(server.data, 'files/content', stored.sha256.slice(0, 2), stored.sha256);
  assert.ok(existsSync(content));
  assert.equal(createHash('sha256').update(readFileSync(content)).digest('hex'), stored.sha256);

  // Bruno prepares to leave the coverage: the picture is fetched, and then opens from his phone.
  await other.page.goto(`${direct}#/ready`);
  await at(other.page, 'ready-fetch').click();
  await at(other.page, 'ready-fetch').waitFor({ state: 'detached' });
  await shoot(other.page, 'ready-2-spanish');

  // The phone itself comes back: it hears what became of its work, and nothing is done again.
  phone = await launch(profile);
  onEnd(() => phone.context.close());
  page = phone.page;
  watch(page);
  proxy.restore();
  await page.goto(`${home}#/outbox`);
  await at(page, 'outbox').getByText('Everything has been sent').waitFor({ timeout: 60_000 });
  await page.goto(channel);
  await showLatest(page, caption);
  for (const text of [words, caption]) {
    assert.equal(await message(page, text).count(), 1);
    assert.equal(await message(page, text).getAttribute('data-state'), 'done');
  }
  assert.deepEqual(once(), stored);
  await shoot(page, 'sealed-6-phone-again');
  await readOnly({ direct, channel: /(\d+)$/.exec(channel)[1], folder, server, shoot, onEnd, watch });
}

/** An outbox of an older version that cannot be brought to this one: it is shown and saved, and nothing is done with it. */
async function readOnly({ direct, channel, folder, server, shoot, onEnd, watch }) {
  const device = { number: '0', salt: '0', name: 'An older app', class: 'mobile' };
  const answer = await fetch(`${direct}auth/v1/sign-in`, { method: 'POST', body: JSON.stringify({ ...ana, device }) });
  const profile = makeFolder('profile');
  onEnd(() => removeFolder(profile));
  const { context, page } = await launch(profile);
  onEnd(() => context.close());
  watch(page);
  await besideTheApp(page, direct);
  await place(page, 'outbox.db', olderOutbox(folder, await answer.json(), channel, left));
  await page.goto(`${direct}#/outbox`);
  await waitForBanner(page, 'read_only', 30_000);
  await at(page, 'outbox-item').filter({ hasText: left }).waitFor();
  await shoot(page, 'sealed-7-read-only');
  const sealed = path.join(folder, 'left.sealed');
  await at(page, 'save-unsent').click();
  await at(page, 'sealed-make').click();
  await at(page, 'sealed-made').waitFor();
  await download(page, sealed);
  const brought = await program('deliver', sealed, '--server', direct);
  assert.match(brought.said, /^1 delivered, 0 had arrived before/, brought.said);
  assert.equal(rowsWith(server.data, messageKind, left).length, 1);
  await page.reload();
  await waitForBanner(page, 'read_only', 30_000); // it is as it was: nothing is deleted, and nothing sent by itself
  await at(page, 'outbox-item').filter({ hasText: left }).waitFor();
  await shoot(page, 'sealed-8-still-read-only');
}
