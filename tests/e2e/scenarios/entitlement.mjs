// OM14, OM21, OM36: from nobody having asked to the deletion of what was kept.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { at, message, openFirst, send, signIn, waitForBanner, waitForBar } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { binary, makeFolder, removeFolder, startServer, waitFor } from '../lib/server.mjs';

export const name = 'OM14 OM21 OM33 OM36 OM39: Offline Mode is asked for in Settings and granted by the operator, who asks for a PIN and has it turn on and off by itself; withdrawn, the phone deletes what it kept, says so, and what waited is delivered once; a device that is revoked deletes too';

const ana = { email: 'ana@plant.example', password: 'correct horse' };
const plant = `
organization: {code: plant, name: Plant}
roles:
  - {name: Staff, permissions: [message-write, admin]}
users:
  - {email: ana@plant.example, name: Ana, last_name: Rojas, roles: [Staff], password: correct horse}
groups:
  - {code: works, name: Works}
channels:
  - {code: p7, group: works, name: Pump P-7, members: [ana@plant.example]}
`;
const first = 'Written in the lift';
const unsent = 'Written below ground';

function holdfast(...args) {
  const done = spawnSync(binary, args, { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

/** Bytes of the replica's files: what stays when the app closes. */
const keptBytes = (page) =>
  page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('holdfast');
    let bytes = 0;
    for await (const [file, handle] of folder.entries()) {
      if (file.startsWith('replica')) bytes += (await handle.getFile()).size;
    }
    return bytes;
  });

async function openSettings(page, home) {
  await page.goto(`${home}#/`);
  await at(page, 'settings-open').click();
  await at(page, 'settings').waitFor();
}

const inState = (page, state) => page.locator(`[data-testid="entitlement"][data-state="${state}"]`);

async function loseConnection(page, proxy) {
  proxy.cut();
  await waitForBanner(page, 'offline_active');
}

/** As a phone says it: no wait for the next try. */
function regain(page, proxy) {
  proxy.restore();
  return page.evaluate(() => window.dispatchEvent(new Event('online')));
}

export async function run({ profile, shoot, onEnd, watch }) {
  const data = makeFolder('entitlement');
  onEnd(() => removeFolder(data));
  writeFileSync(path.join(data, 'plant.yaml'), plant);
  holdfast('org', 'apply', path.join(data, 'plant.yaml'), '--data', data);
  const operator = (verb, ...terms) => holdfast('entitlement', verb, 'plant', '--data', data, ...terms);
  const server = await startServer(data, { subcommand: 'serve' });
  onEnd(() => server.stop());
  const proxy = await startProxy(server.port);
  onEnd(() => proxy.close());
  const home = `http://localhost:${proxy.port}/`;
  const { context, page } = await launch(profile);
  onEnd(() => context.close());
  watch(page);

  await page.goto(home);
  await signIn(page, ana);
  await at(page, 'group-row').first().waitFor();
  assert.equal(await page.locator('[data-testid="status-bar"]:visible').count(), 0);
  await openSettings(page, home);
  await inState(page, 'none').waitFor();
  assert.equal(await at(page, 'offline-switch').count(), 0);
  assert.equal(await keptBytes(page), 0);
  await at(page, 'entitlement-reason').fill('We work in basements');
  await shoot(page, 'entitlement-request');
  await at(page, 'entitlement-ask').click();
  await inState(page, 'requested').waitFor();
  await waitFor('the request on the server', () => operator('show').includes('We work in basements'));

  operator('grant', '--devices', '2', '--offline-days', '14', '--pin', 'true', '--automatic', 'true');
  await at(page, 'pin-sheet').waitFor(); // there is no way past it (OM39)
  await shoot(page, 'entitlement-pin');
  await at(page, 'pin-new').fill('730418');
  await at(page, 'pin-again').fill('730418');
  await at(page, 'pin-save').click();
  await at(page, 'pin-sheet').waitFor({ state: 'detached' });
  await inState(page, 'granted').waitFor();
  await shoot(page, 'entitlement-granted');
  await page.goto(`${home}#/`);
  await waitForBar(page, 'ready');
  assert.ok((await keptBytes(page)) > 0);
  await openFirst(page, 'group-row');
  await openFirst(page, 'channel-row');

  // Nobody touches a switch (OM21): off again once what waited has been sent and all is here.
  await loseConnection(page, proxy);
  await send(page, first);
  await regain(page, proxy);
  await page.locator('[data-testid="banner"][data-kind="offline_active"]').waitFor({ state: 'detached' });
  await page.locator('[data-testid="message"][data-state="done"]').filter({ hasText: first }).waitFor();
  await loseConnection(page, proxy);
  await send(page, unsent);

  operator('withdraw');
  await regain(page, proxy);
  await waitForBanner(page, 'withdrawn', 40_000);
  await waitFor('an empty disk', async () => (await keptBytes(page)) === 0);
  await page.locator('[data-testid="message"][data-state="done"]').filter({ hasText: unsent }).waitFor();
  assert.equal(await message(page, unsent).count(), 1);
  await openSettings(page, home);
  await inState(page, 'withdrawn').waitFor();
  assert.match(await at(page, 'offline-none').innerText(), /no longer has Offline Mode/);
  await shoot(page, 'entitlement-withdrawn');

  operator('grant');
  await inState(page, 'granted').waitFor();
  await waitFor('rows on the disk', async () => (await keptBytes(page)) > 0);
  const [lost] = holdfast('devices', 'list', ana.email, '--json', '--data', data).trim().split('\n');
  holdfast('devices', 'revoke', ana.email, String(JSON.parse(lost).number), '--data', data);
  await waitForBanner(page, 'signed_out');
  await waitFor('an empty disk', async () => (await keptBytes(page)) === 0);
  await at(page, 'banner-button').click();
  assert.match(await at(page, 'session-ended').innerText(), /may not use this organization any more/);
  await shoot(page, 'revoked');
}
