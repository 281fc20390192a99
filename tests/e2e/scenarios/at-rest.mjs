import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import { at, message, openFirstChannel, send, startPhone, waitForBanner, workOffline } from '../lib/app.mjs';
import { killBrowser, launch } from '../lib/browser.mjs';
import { field, kept, openForm } from '../lib/forms.mjs';
import { waitFor } from '../lib/server.mjs';

export const name = 'OM39: on the disk of the phone nothing can be read, neither what came nor what was written, typed or attached';

const written = 'The valve behind the boiler is stuck';
const typed = 'Half of a sentence about the basement';
const filled = 'Scratches along the whole left side';
const fileName = 'Plan of the basement.txt';
const content = 'Walls that nobody outside may know of. '.repeat(40);

/** Files under the folder that hold the text, as it is or with two bytes a letter. */
function filesWith(folder, text) {
  const wanted = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  return readdirSync(folder, { recursive: true })
    .map((file) => path.join(folder, file))
    .filter((file) => statSync(file).isFile())
    .filter((file) => {
      const bytes = readFileSync(file);
      return wanted.some((one) => bytes.includes(one));
    });
}

async function fillInHalf(page) {
  await openForm(page, 'Report an incident');
  await field(page, 'description').getByTestId('written').fill(filled);
  await kept(page);
}

export async function run({ home, proxy, server, profile, onEnd, watch }) {
  let phone = await startPhone({ home, profile, watch });
  let { page } = phone;
  const channel = await openFirstChannel(page);
  const received = (await page.locator('.bubble .text').last().innerText()).trim();
  assert.ok(received.length > 15, received);

  await workOffline(page, proxy);
  await send(page, written);
  await message(page, written).waitFor();
  await at(page, 'attach').click();
  await at(page, 'attach-file-input').setInputFiles({ name: fileName, mimeType: 'text/plain', buffer: Buffer.from(content) });
  await page.locator('form:has([data-testid="composer"])').getByTestId('file').waitFor();
  await at(page, 'composer').fill(typed);
  await fillInHalf(page);
  await killBrowser(phone);

  // The search finds what is there: in the server's files, which are not encrypted.
  assert.ok(filesWith(server.data, received).length > 0, 'what the search is worth');
  for (const secret of [received, written, typed, filled, fileName, content.slice(0, 38), 'Report an incident']) {
    assert.deepEqual(filesWith(profile, secret), [], `"${secret}" lies open`);
  }

  phone = await launch(profile);
  onEnd(() => phone.context.close());
  page = phone.page;
  watch(page);
  await page.goto(channel);
  await waitForBanner(page, 'offline_active', 30_000);
  await message(page, written).waitFor();
  await waitFor('what was typed', async () => (await at(page, 'composer').inputValue()) === typed);
  await page.locator('form:has([data-testid="composer"])').getByTestId('file').waitFor();
  proxy.restore();
}
