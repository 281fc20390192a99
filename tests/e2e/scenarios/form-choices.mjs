import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { at, signIn, waitForBar, workOffline } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { cards, field, openForm } from '../lib/forms.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { binary, makeFolder, removeFolder, startServer, waitFor } from '../lib/server.mjs';
import { answersOf } from '../lib/truth.mjs';

export const name = 'OM24: choices of another server are searched with a connection and block a form without one where they are required; people are chosen offline; what a form does not ask any more is kept';

const ana = { email: 'ana@plant.example', password: 'correct horse' };
const plant = `
organization: {code: plant, name: Plant, offline: {granted: true}}
roles:
  - {name: Staff, permissions: [message-write]}
users:
  - {email: ana@plant.example, name: Ana, last_name: Rojas, job: Foreman, roles: [Staff], password: correct horse}
  - {email: ben@plant.example, name: Ben, last_name: Lee, job: Welder, roles: [Staff], bosses: [ana@plant.example]}
  - {email: zoe@plant.example, name: Zoë, last_name: Ñandú, job: Welder, roles: [Staff], bosses: [ana@plant.example]}
  - {email: max@plant.example, name: Max, last_name: Stern, job: Planner, roles: [Staff]}
groups:
  - {code: works, name: Works}
channels:
  - {code: p7, group: works, name: Pump P-7, members: [ana@plant.example]}
forms:
  - code: order
    title: {en: Order a seal, es: Pedir un sello}
    components:
      - {id: machine, kind: written, label: {en: Machine, es: Máquina}}
      - {id: seal, kind: api, source: /seals, pass: [machine], required: true, max: 3, label: {en: Seals, es: Sellos}}
  - code: note
    title: {en: Note on a seal, es: Nota sobre un sello}
    components:
      - {id: note, kind: written, required: true, label: {en: Note, es: Nota}}
      - {id: seal, kind: api, source: /seals, label: {en: Seal, es: Sello}}
  - code: crew
    title: {en: Name the crew, es: Nombrar la cuadrilla}
    components:
      - {id: crew, kind: users, among: subordinates, required: true, max: 5, label: {en: Crew, es: Cuadrilla}}
      - {id: guest, kind: users, label: {en: Guest, es: Invitado}}
`;
const seals = [['K7', 'Seal K7'], ['K8', 'Seal K8'], ['R1', 'Ring R1']];
const choices = (page) => at(page, 'choice').allInnerTexts();

function apply(data, organization) {
  const file = path.join(data, 'plant.yaml');
  writeFileSync(file, organization);
  const { status, stderr } = spawnSync(binary, ['org', 'apply', file, '--data', data], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

/** Somebody else's server: what it was asked, and choices whose words begin as was typed. */
async function startSeals() {
  const asked = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { search, data } = JSON.parse(body);
    asked.push({ method: request.method, url: request.url, search, data });
    const found = seals.filter(([, display]) => display.toLowerCase().includes(search.toLowerCase()));
    response.end(JSON.stringify({ data: found.map(([code, display], index) => ({ _id: String(index), display, code })) }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { asked, base: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

export async function run({ profile, shoot, onEnd, watch }) {
  const elsewhere = await startSeals();
  onEnd(() => elsewhere.close());
  const data = makeFolder('choices');
  onEnd(() => removeFolder(data));
  apply(data, plant);
  const server = await startServer(data, { subcommand: 'serve', extra: ['--choices-base', elsewhere.base] });
  onEnd(() => server.stop());
  const proxy = await startProxy(server.port);
  onEnd(() => proxy.close());
  const phone = await launch(profile);
  onEnd(() => phone.context.close());
  const { page } = phone;
  watch(page);
  const home = `http://localhost:${proxy.port}/`;
  await page.goto(home);
  await signIn(page, ana);
  await waitForBar(page, 'ready');
  await at(page, 'group-row').first().click();
  await at(page, 'channel-row').first().click();
  await at(page, 'forms').waitFor();
  const channel = page.url();

  // With a connection: from two letters on, one question for a word, with what the form passes on.
  await openForm(page, 'Order a seal');
  await field(page, 'machine').getByTestId('written').fill('P-7');
  await field(page, 'seal').getByTestId('choose').click();
  await at(page, 'choice-search').pressSequentially('s');
  await at(page, 'choices').getByText('Type at least two letters.').waitFor();
  await at(page, 'choice-search').pressSequentially('eal', { delay: 20 });
  await waitFor('the choices', async () => (await choices(page)).length === 2);
  assert.deepEqual(elsewhere.asked, [{ method: 'POST', url: '/seals', search: 'seal', data: { machine: ['P-7'] } }]);
  await shoot(page, 'form-choices-1-found');
  await at(page, 'choice').filter({ hasText: 'K8' }).click();
  await at(page, 'choice-search').fill('ring');
  await waitFor('the other choice', async () => (await choices(page)).join().includes('Ring R1'));
  await at(page, 'choice').filter({ hasText: 'R1' }).click();
  await at(page, 'choices-done').click();
  await field(page, 'seal').getByText('Ring R1').waitFor();
  await at(page, 'form-send').click();
  await waitFor('the answer on the server', () => answersOf(data).length === 1, 60_000);
  assert.deepEqual(answersOf(data)[0].answers.seal, [{ code: 'K8', label: 'Seal K8' }, { code: 'R1', label: 'Ring R1' }]);
  await cards(page).first().filter({ hasText: 'Seal K8' }).waitFor();

  // Without one: where it is required that is said before anything is filled in, and it is not sent.
  await workOffline(page, proxy);
  await page.goto(channel);
  await at(page, 'forms').click();
  await at(page, 'form-open').filter({ hasText: 'Order a seal' }).getByText('needs a connection').waitFor();
  await shoot(page, 'form-choices-2-offered-offline');
  await page.keyboard.press('Escape');
  await openForm(page, 'Order a seal');
  await at(page, 'blocked').filter({ hasText: 'Seals' }).waitFor();
  assert.ok(await field(page, 'seal').getByTestId('choose').isDisabled());
  await shoot(page, 'form-choices-3-blocked');
  await at(page, 'form-send').click();
  await field(page, 'seal').getByTestId('trouble').filter({ hasText: 'needs a connection' }).waitFor();
  await page.goto(channel);
  await cards(page).first().filter({ hasText: 'Seal K8' }).waitFor();
  const before = await cards(page).count();

  // Where it is optional the form is sent without it.
  await openForm(page, 'Note on a seal');
  assert.equal(await at(page, 'blocked').count(), 0);
  await field(page, 'seal').getByTestId('why').filter({ hasText: 'needs a connection' }).waitFor();
  await field(page, 'note').getByTestId('written').fill('It drips.');
  await at(page, 'form-send').click();
  await cards(page).nth(before).waitFor();

  // People need no connection.
  await openForm(page, 'Name the crew');
  await field(page, 'crew').getByTestId('choose').click();
  await waitFor('the people who report to Ana', async () => (await choices(page)).length === 2);
  await at(page, 'choice-search').fill('nandu');
  await waitFor('one of them', async () => (await choices(page)).length === 1);
  await shoot(page, 'form-choices-4-people');
  await at(page, 'choice').first().click();
  await at(page, 'choices-done').click();
  await field(page, 'guest').getByTestId('choose').click();
  await at(page, 'choice-search').fill('plan'); // by the job
  await waitFor('one of all', async () => (await choices(page)).length === 1);
  await at(page, 'choice').first().click();
  await field(page, 'guest').getByText('Max Stern').waitFor();
  await shoot(page, 'form-choices-5-crew');
  await at(page, 'form-send').click();
  await cards(page).nth(before + 1).filter({ hasText: 'Zoë Ñandú' }).waitFor();
  assert.equal(answersOf(data).length, 1);

  // Meanwhile the form asks for no guest, and its older versions are not taken: nothing that was answered is lost.
  const changed = plant.replace(/\n.*id: guest.*/, '').replace('- code: crew', '- code: crew\n    older_until: "2020-01-01"');
  apply(data, changed);
  proxy.restore();
  await waitFor('all answers on the server', () => answersOf(data).length === 3, 60_000);
  const crew = answersOf(data).find(({ answers }) => answers.crew);
  assert.deepEqual(crew.aside, ['guest']);
  assert.equal(crew.answers.guest.length, 1);
  await cards(page).nth(before + 1).getByTestId('form-card').click();
  await at(page, 'set-aside').filter({ hasText: 'Guest' }).waitFor();
  await at(page, 'answer').getByText('Max Stern').waitFor();
  await shoot(page, 'form-choices-6-set-aside');
  assert.equal(elsewhere.asked.length, 2, 'nothing is asked without a connection');
}
