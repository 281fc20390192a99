import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { at, bruno, message, openFirstChannel, showLatest, signIn, startPhone, waitForBanner, waitForBar, workOffline } from '../lib/app.mjs';
import { killBrowser, launch } from '../lib/browser.mjs';
import { cards, field, fillIncident } from '../lib/forms.mjs';
import { makeFolder, removeFolder, waitFor } from '../lib/server.mjs';

export const name = 'OM24 OM29 OM31 OM32 OM37: a photo, a signature and a file are attached offline, killed at every step, cut and killed again, and are on the server once, as they were';

const chunkMax = 1024 * 1024; // of what a phone uploads in one request
const talk = 128 * 1024; // greetings, headers and what is asked for besides

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** A picture as a phone's camera writes it: lying on its side, with the way up and the place beside it. */
async function photo(page) {
  const plain = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [2400, 1800];
    const pen = canvas.getContext('2d');
    const sky = pen.createLinearGradient(0, 0, 2400, 1800);
    sky.addColorStop(0, '#2b6cb0');
    sky.addColorStop(1, '#f6ad55');
    pen.fillStyle = sky;
    pen.fillRect(0, 0, 2400, 1800);
    pen.fillStyle = '#fff';
    pen.font = '300px sans-serif';
    pen.fillText('PUMP P-7', 300, 1000);
    return canvas.toDataURL('image/jpeg', 0.9).split(',')[1];
  });
  const exif = Buffer.concat([
    Buffer.from('Exif\0\0MM\0*', 'latin1'), Buffer.from([0, 0, 0, 8, 0, 2]),
    Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]), // a quarter turn
    Buffer.from([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0]),
    Buffer.from([0, 1, 0, 1, 0, 2, 0, 0, 0, 2, 0x4e, 0, 0, 0, 0, 0, 0, 0]), // north
  ]);
  const bytes = Buffer.from(plain, 'base64');
  const size = Buffer.from([0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 255]);
  return Buffer.concat([bytes.subarray(0, 2), size, exif, bytes.subarray(2)]);
}

/** Rows of files in the server's own tables. */
function storedFiles(data) {
  const database = new DatabaseSync(path.join(data, 'holdfast.db'), { readOnly: true });
  try {
    const rows = database.prepare('SELECT body FROM bucket_row WHERE kind = 30 AND length(body) > 0').all();
    return rows.map(({ body }) => JSON.parse(Buffer.from(body).toString('utf8')));
  } finally {
    database.close();
  }
}

const contentOf = (data, sum) => readFileSync(path.join(data, 'files/content', sum.slice(0, 2), sum));

/** Bytes of unfinished uploads: each may end while it is looked at. */
function bytesOnTheirWay(data) {
  const folder = path.join(data, 'files/uploads');
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).reduce((sum, file) => sum + (statSync(path.join(folder, file), { throwIfNoEntry: false })?.size ?? 0), 0);
}

const description = 'Water under the pump, see the photo.';

const takePhoto = (page, picture) =>
  field(page, 'photos').getByTestId('photo-input').setInputFiles({ name: 'IMG_0007.JPG', mimeType: 'image/jpeg', buffer: picture });

async function sign(page, shoot) {
  const sheet = field(page, 'signature').getByTestId('signature');
  await sheet.scrollIntoViewIfNeeded();
  const box = await sheet.boundingBox();
  await page.mouse.move(box.x + 40, box.y + 80);
  await page.mouse.down();
  for (let step = 1; step < 20; step += 1) await page.mouse.move(box.x + 40 + step * 11, box.y + 60 + 30 * Math.sin(step));
  await page.mouse.up();
  await shoot(page, 'attachments-2-signature');
  await field(page, 'signature').getByTestId('signature-use').click();
  await field(page, 'signature').getByTestId('signed').waitFor();
}

export async function run({ home, proxy, server, profile, shoot, onEnd, watch }) {
  const before = storedFiles(server.data).length;
  const paper = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(20_000_000)]);
  let phone = await startPhone({ home, profile, watch });
  let { page } = phone;
  const channel = await openFirstChannel(page);
  const picture = await photo(page);

  await workOffline(page, proxy);
  const killAndGoOn = async (address) => {
    await killBrowser(phone);
    phone = await launch(profile);
    page = phone.page;
    watch(page);
    await page.goto(address);
    await waitForBanner(page, 'offline_active', 30_000);
  };

  // Killed in the middle of a picture: what was typed is there, and of the picture all or nothing.
  await fillIncident(page, description);
  const draft = page.url();
  await takePhoto(page, picture);
  await killAndGoOn(draft);
  const typed = field(page, 'description').getByTestId('written');
  await waitFor('what was typed', async () => (await typed.inputValue()) === description);
  if ((await field(page, 'photos').getByTestId('file').count()) === 0) await takePhoto(page, picture);
  await field(page, 'photos').getByTestId('file').waitFor();
  assert.equal(await field(page, 'photos').getByTestId('file').count(), 1);
  await field(page, 'photos').scrollIntoViewIfNeeded();
  await shoot(page, 'attachments-1-photo-in-a-form');
  await sign(page, shoot);

  // Killed before the form is sent, and gone on with.
  await killAndGoOn(draft);
  await field(page, 'photos').getByTestId('file').waitFor();
  await field(page, 'signature').getByTestId('signed').waitFor();
  await field(page, 'photos').getByTestId('file-open').click();
  const large = at(page, 'viewer-picture');
  await large.waitFor();
  await waitFor('the picture, the right way up', () => large.evaluate((image) => image.naturalWidth === 1200 && image.naturalHeight === 1600));
  await shoot(page, 'attachments-3-picture-from-the-phone');
  await page.keyboard.press('Escape');
  await at(page, 'form-send').click();
  await cards(page).first().waitFor();

  // A message with a file that takes a while.
  await at(page, 'attach').click();
  await shoot(page, 'attachments-4-attach');
  await at(page, 'attach-file-input').setInputFiles({ name: 'Plan of the pump house.pdf', mimeType: 'application/pdf', buffer: paper });
  await page.locator('form:has([data-testid="composer"])').getByTestId('file').waitFor({ timeout: 60_000 });
  await waitFor('the file on the phone', async () => (await at(page, 'attaching').innerText()).trim() === '');
  await at(page, 'composer').fill('Here is the plan.');
  await shoot(page, 'attachments-5-waits-in-the-composer');
  await at(page, 'send').click();
  await message(page, 'Here is the plan.').waitFor();
  await shoot(page, 'attachments-6-waits');
  await killBrowser(phone);
  assert.equal(storedFiles(server.data).length, before);

  // Back online: the texts come at once, the bytes behind them. Cut in the middle, and killed.
  phone = await launch(profile);
  page = phone.page;
  watch(page);
  await page.goto(channel);
  await message(page, 'Here is the plan.').waitFor({ timeout: 30_000 });
  proxy.restore();
  await waitFor('the first bytes of the plan', () => bytesOnTheirWay(server.data) > 1_000_000, 60_000);
  proxy.cut();
  await killBrowser(phone);
  assert.equal(storedFiles(server.data).length, before + 3);
  const missing = storedFiles(server.data).slice(-3).filter((file) => !file.stored);
  assert.ok(missing.length > 0, 'it was cut before its end');
  const bytesMissing = missing.reduce((sum, file) => sum + file.bytes, -bytesOnTheirWay(server.data));
  const sentBefore = proxy.sent();

  phone = await launch(profile);
  onEnd(() => phone.context.close());
  page = phone.page;
  watch(page);
  proxy.restore();
  await page.goto(`${home}#/outbox`);
  await waitFor('every file on the server', () => storedFiles(server.data).filter((file) => file.stored).length === before + 3, 90_000);
  await waitFor('an empty outbox', async () => (await at(page, 'outbox-file').count()) + (await at(page, 'outbox-item').count()) === 0);

  const again = proxy.sent() - sentBefore - bytesMissing;
  assert.ok(again <= chunkMax + talk, `${again} bytes were sent beyond what was missing`);

  const stored = storedFiles(server.data).slice(-3);
  assert.equal(storedFiles(server.data).length, before + 3);
  for (const file of stored) assert.equal(sha256(contentOf(server.data, file.sha256)), file.sha256);
  const plan = stored.find((file) => file.type === 'application/pdf');
  assert.equal(plan.sha256, sha256(paper));
  const taken = stored.find((file) => file.type === 'image/jpeg');
  assert.deepEqual([taken.width, taken.height], [1200, 1600]);
  assert.ok(taken.thumbnail.length > 100);
  const sent = contentOf(server.data, taken.sha256);
  assert.equal(sent.indexOf('Exif'), -1, 'where the photo was taken is told to nobody');
  assert.ok(stored.some((file) => file.type === 'image/png'), 'the signature');

  await page.goto(channel);
  await showLatest(page, 'Here is the plan.');
  assert.equal(await message(page, 'Here is the plan.').count(), 1);
  assert.equal(await cards(page).count(), 1);
  await message(page, 'Here is the plan.').getByTestId('file').and(page.locator('[data-state="done"]')).waitFor();
  await shoot(page, 'attachments-7-sent');

  const folder = makeFolder('profile');
  onEnd(() => removeFolder(folder));
  const other = await launch(folder, { locale: 'es-ES' });
  onEnd(() => other.context.close());
  watch(other.page);
  await other.page.goto(home);
  await signIn(other.page, bruno);
  await waitForBar(other.page, 'ready');
  await other.page.goto(`${home}#/ready`); // OM3: behind everything else, the pictures come by themselves
  await at(other.page, 'ready-page').getByText('2 imágenes', { exact: true }).first().waitFor();
  await other.page.goto(channel);
  await at(other.page, 'message').first().waitFor();
  await showLatest(other.page, 'Here is the plan.');
  await shoot(other.page, 'attachments-8-on-the-other-phone');
  await cards(other.page).getByTestId('file-open').first().click();
  const shown = at(other.page, 'viewer-picture');
  await shown.waitFor();
  await waitFor('the picture on the other phone', () => shown.evaluate((image) => image.naturalWidth === 1200));
  await shoot(other.page, 'attachments-9-picture-on-the-other-phone');
  await other.page.keyboard.press('Escape');
  await cards(other.page).getByTestId('form-card').click();
  await at(other.page, 'answer').getByTestId('file').first().waitFor();
  await shoot(other.page, 'attachments-10-answer');
}
