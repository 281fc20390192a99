import assert from 'node:assert/strict';

import { at, signIn, waitForBanner, waitForBar } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { waitFor } from '../lib/server.mjs';

export const name = 'OM9 OM36: no network, no answer and a session that has ended are told apart, in words of their own, with how old the data is';

/** Nobody else's scenario: her sessions end. */
const person = { email: 'elena@northfield.example', password: 'holdfast-demo' };
const another = 'holdfast-demo-2';

const words = (page, id, wanted) => waitFor(`"${wanted}" in the ${id}`, async () => wanted.test((await at(page, id).innerText()).replaceAll('\n', ' ')), 45_000);

/** As an administrator's new password would: all other sessions of the person end. */
async function changePassword(server, from, to) {
  const post = async (path, body, token) => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(`http://localhost:${server.port}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.status === 204 ? null : answer.json();
  };
  const device = { number: '0', salt: '0', name: 'Another', class: 'desktop' };
  const { access_token } = await post('/auth/v1/sign-in', { email: person.email, password: from, device });
  await post('/auth/v1/password', { old_password: from, new_password: to }, access_token);
}

export async function run({ home, proxy, server, profile, shoot, onEnd, watch }) {
  const { context, page } = await launch(profile);
  onEnd(() => context.close());
  watch(page);
  await page.goto(home);
  await signIn(page, person);
  await waitForBar(page, 'ready');

  proxy.cut();
  await waitForBanner(page, 'no_connection');
  await words(page, 'banner', /There is a network, but the server does not answer\./);
  await words(page, 'cause', /There is a network, but the server does not answer\./);
  await words(page, 'status-bar', /Synchronization halted: the server does not answer.*Complete up to .+ \(.+\)/);
  await context.setOffline(true);
  await words(page, 'banner', /No Internet connection.*This phone has no network\./);
  await words(page, 'status-bar', /Synchronization halted: no network/);
  assert.match(await at(page, 'work-offline').innerText(), /WORK WITH SAVED DATA \(.+, .+\)/);
  await shoot(page, 'causes-1-no-network');

  // In Offline Mode the banner says how old the data is.
  await at(page, 'work-offline').click();
  await waitForBanner(page, 'offline_active');
  await words(page, 'banner', /Data as of \d\d:\d\d \(.+\)\./);
  await shoot(page, 'causes-2-offline-mode');
  await at(page, 'banner-button').click();
  await context.setOffline(false);
  proxy.restore();
  await waitForBar(page, 'ready');

  await changePassword(server, person.password, another);
  await waitForBanner(page, 'signed_out', 30_000);
  await words(page, 'banner', /Your session has ended/);
  await words(page, 'status-bar', /Synchronization halted: you are signed out/);
  const connecting = await at(page, 'trying-to-connect').innerText();
  assert.match(connecting, /Not connected/);
  assert.doesNotMatch(connecting, /Trying to connect|Asking the server|Next try/, 'it does not wait for the server');
  await shoot(page, 'causes-3-signed-out');
  await at(page, 'banner-button').click();
  await at(page, 'sign-in-password').fill(another);
  await at(page, 'sign-in-submit').click();
  await waitForBar(page, 'ready');
  await changePassword(server, another, person.password);
}
