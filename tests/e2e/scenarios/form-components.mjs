import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { startParts } from '../../../tools/demo_parts.mjs';
import { at, signIn, waitForBar, workOffline } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { cards, choose, field, openForm } from '../lib/forms.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { binary, makeFolder, removeFolder, startServer, waitFor } from '../lib/server.mjs';
import { answersOf } from '../lib/truth.mjs';

export const name = 'OM24 OM32: a form of every kind of component is filled in and sent with a connection and without one, and its answers are on the server';

const ana = { email: 'ana@plant.example', password: 'correct horse' };
const plant = `
organization: {code: plant, name: Plant, offline: {granted: true}}
roles:
  - {name: Staff, permissions: [message-write]}
users:
  - {email: ana@plant.example, name: Ana, last_name: Rojas, roles: [Staff], password: correct horse, elements: [site/south]}
  - {email: ben@plant.example, name: Ben, last_name: Lee, job: Welder, roles: [Staff], bosses: [ana@plant.example]}
groups:
  - {code: works, name: Works}
channels:
  - {code: p7, group: works, name: Pump P-7, members: [ana@plant.example], elements: [site/north]}
collections:
  - {code: site, name: Sites, elements: [{code: north, name: North}, {code: south, name: South}]}
  - code: asset
    name: Assets
    parents: [site]
    elements:
      - {code: p-7, name: Pump P-7, parents: [north]}
      - {code: f-2, name: Fan Ñ-2, parents: [south]}
forms:
  - code: all
    title: {en: Every kind, es: De todo}
    access: {collections: [site]}
    components:
      - {id: read, kind: text, label: {en: Read this first, es: Lee esto primero}}
      - {id: short, kind: written, required: true, max: 40, label: {en: Short, es: Corto}}
      - {id: long, kind: written, input: long, label: {en: Long, es: Largo}}
      - {id: number, kind: written, input: number, min: 0, max: 99, label: {en: Number, es: Número}}
      - {id: one, kind: list, items: [{value: a, label: {en: Aa, es: Aa}}, {value: b, label: {en: Bb, es: Bb}}], label: {en: One, es: Uno}}
      - {id: many, kind: list, max: 2, items: [{value: a, label: {en: Aa, es: Aa}}, {value: b, label: {en: Bb, es: Bb}}], label: {en: Several, es: Varios}}
      - {id: shown, kind: rating, show: {component: one, equal: b}, required: true, label: {en: Rating, es: Nota}}
      - {id: levels, kind: collection, levels: [site, asset], label: {en: From site to asset, es: De la sede al activo}}
      - {id: place, kind: collection, collection: site, label: {en: Site, es: Sede}}
      - {id: below, kind: collection, collection: asset, filter: {children_of: place}, label: {en: Asset there, es: Activo de ahí}}
      - {id: here, kind: collection, collection: asset, filter: {channel: site}, label: {en: Asset of the channel, es: Activo del canal}}
      - {id: mine, kind: collection, collection: asset, filter: {user: site}, label: {en: Asset of yours, es: Activo tuyo}}
      - {id: who, kind: users, among: subordinates, label: {en: Who, es: Quién}}
      - {id: part, kind: api, source: /parts, max: 2, label: {en: Part, es: Repuesto}}
      - {id: day, kind: date, label: {en: Day, es: Día}}
      - {id: moment, kind: date, time: true, label: {en: Moment, es: Momento}}
      - {id: where, kind: location, label: {en: Position, es: Posición}}
      - {id: photo, kind: camera, max: 1, label: {en: Photo, es: Foto}}
      - {id: paper, kind: attachment, types: [pdf], label: {en: Paper, es: Documento}}
      - {id: sign, kind: signature, label: {en: Signature, es: Firma}}
      - {id: tools, kind: nested, forms: [tool], label: {en: Tools, es: Herramientas}}
    forms:
      - {code: tool, title: {en: Tool, es: Herramienta}, components: [{id: name, kind: written, required: true, label: {en: Name, es: Nombre}}]}
  - code: codes
    title: {en: Codes, es: Códigos}
    components:
      - {id: tag, kind: written, scan: also, max: 10, label: {en: Tag of the machine, es: Etiqueta de la máquina}}
      - {id: seal, kind: written, scan: only, required: true, label: {en: Seal, es: Precinto}}
`;

const position = { latitude: -33.4489, longitude: -70.6693, accuracy: 12 };

async function pick(page, component, typed, wanted) {
  await field(page, component).getByTestId('choose').first().click();
  await choose(page, typed, wanted);
}

async function picture(page) {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [320, 240];
    canvas.getContext('2d').fillRect(20, 20, 200, 100);
    return canvas.toDataURL('image/jpeg');
  });
  return Buffer.from(url.split(',')[1], 'base64');
}

/** Everything that needs no connection; in this order, from top to bottom. */
async function fillIn(page, shoot, round) {
  const written = (component) => field(page, component).getByTestId('written');
  await written('short').fill(`Round ${round}`);
  await written('long').fill('The first line.\nThe second.');
  await written('number').fill('12,5');
  await field(page, 'one').getByText('Bb', { exact: true }).click();
  await field(page, 'many').getByText('Aa', { exact: true }).click();
  await field(page, 'many').getByText('Bb', { exact: true }).click();
  await field(page, 'shown').locator('.grade').nth(3).click();
  await shoot(page, `form-components-${round}-1`);
  await pick(page, 'levels', 'so', 'South');
  await choose(page, 'n', 'Fan Ñ-2');
  await pick(page, 'place', 'no', 'North');
  await pick(page, 'below', 'p', 'Pump P-7');
  for (const [component, wanted] of [['here', 'Pump P-7'], ['mine', 'Fan Ñ-2']]) {
    await field(page, component).getByTestId('choose').click();
    await waitFor('the one child', async () => (await at(page, 'choice').allInnerTexts()).length === 1);
    await choose(page, '', wanted);
  }
  await pick(page, 'who', 'ben', 'Ben Lee');
  await shoot(page, `form-components-${round}-2`);
  await field(page, 'day').getByTestId('date').fill('2026-05-04');
  await field(page, 'moment').getByTestId('date').fill('2026-05-04');
  await field(page, 'moment').getByTestId('time').fill('08:15');
  await field(page, 'where').getByTestId('locate').click();
  await field(page, 'where').getByTestId('place').waitFor();
  await field(page, 'photo').getByTestId('photo-input').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: await picture(page) });
  await field(page, 'photo').getByTestId('file').waitFor();
  await field(page, 'paper').getByTestId('file-input').setInputFiles({ name: 'b.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n%\n') });
  await field(page, 'paper').getByTestId('file').waitFor();
  await shoot(page, `form-components-${round}-3`);
  await field(page, 'sign').getByTestId('signature-name').fill('Ana');
  await field(page, 'sign').getByTestId('signature-use').click();
  await field(page, 'sign').getByTestId('signed').waitFor();
  await at(page, 'part-add').click();
  await written('tools/0/name').fill('Puller');
  await shoot(page, `form-components-${round}-4`);
}

/** What has to be on the server, with the ids of choices and files as they are. */
function expectAnswers({ answers }, round, parts) {
  const { levels, place, below, here, mine, who, photo, paper, sign, moment, ...plain } = answers;
  assert.deepEqual(
    { ...plain, day: { date: plain.day.date } },
    {
      short: `Round ${round}`,
      long: 'The first line.\nThe second.',
      number: '12.5',
      one: ['b'],
      many: ['a', 'b'],
      shown: 4,
      ...(parts ? { part: parts } : {}),
      day: { date: '2026-05-04' },
      where: { lat_e7: -334489000, lng_e7: -706693000, accuracy_m: 12 },
      tools: [{ form: 'tool', answers: { name: 'Puller' } }],
    },
  );
  assert.equal(moment.time, '08:15');
  const [site, fan] = levels;
  const [pump] = below;
  assert.deepEqual([here, mine], [[pump], [fan]]);
  assert.notEqual(place[0], site);
  for (const one of [who, photo, paper, sign]) assert.equal(one.length, 1);
}

/** Opens the only channel. */
async function enter(page, home) {
  await page.goto(home);
  await signIn(page, ana);
  await waitForBar(page, 'ready');
  await at(page, 'group-row').first().click();
  await at(page, 'channel-row').first().click();
  await at(page, 'forms').waitFor();
}

/** Debian's Chromium reads no codes: one that reads what the page holds before the camera. */
function readCodes() {
  globalThis.BarcodeDetector = class {
    static getSupportedFormats = () => Promise.resolve(['ean_13', 'qr_code']);
    async detect(video) {
      if (video.videoWidth === 0 || video.readyState < 2) throw new DOMException('nothing to see', 'InvalidStateError');
      globalThis.seenBy = video.srcObject;
      return globalThis.held ? [{ rawValue: globalThis.held }] : [];
    }
  };
}

/** On a narrow phone whose browser reads codes, without a connection. */
async function scanCodes({ page, context }, { shoot, proxy, home }) {
  const scan = (component) => field(page, component).getByTestId('scan');
  const written = (component) => field(page, component).getByTestId('written');
  const isOff = () => page.evaluate(() => globalThis.seenBy.getTracks().every((track) => track.readyState === 'ended'));
  await workOffline(page, proxy);
  await openForm(page, 'Códigos');
  await scan('tag').waitFor();
  assert.ok(await written('tag').isEditable());
  assert.ok(!(await written('seal').isEditable()));
  await field(page, 'seal').getByText('Esto se responde escaneando').waitFor();
  await shoot(page, 'form-components-3-scan');

  // The person has not allowed the camera.
  await scan('tag').click();
  await at(page, 'scan-problem').filter({ hasText: 'no puede usar la cámara' }).waitFor();
  await shoot(page, 'form-components-3-scan-denied');
  await page.keyboard.press('Escape');
  await at(page, 'scan-view').waitFor({ state: 'detached' });
  await context.grantPermissions(['camera'], { origin: home });

  // With the keyboard: in, and out without an answer. The camera goes off.
  await scan('tag').press('Enter');
  await at(page, 'scan-video').and(page.locator('.on')).waitFor();
  await waitFor('the first look', () => page.evaluate(() => globalThis.seenBy !== undefined));
  await shoot(page, 'form-components-3-scan-camera');
  await page.keyboard.press('Escape');
  await at(page, 'scan-view').waitFor({ state: 'detached' });
  await waitFor('the camera to be off', isOff);
  assert.ok(await scan('tag').evaluate((button) => button === document.activeElement));
  assert.equal(await written('tag').inputValue(), '');

  for (const [component, code] of [['tag', 'P-7'], ['seal', 'https://seal.example/K7']]) {
    await scan(component).click();
    await page.evaluate((held) => (globalThis.held = held), code);
    await at(page, 'scan-view').waitFor({ state: 'detached' });
    await page.evaluate(() => (globalThis.held = ''));
    await waitFor('the code', async () => (await written(component).inputValue()) === code);
    await waitFor('the camera to be off', isOff);
  }
  await field(page, 'seal').getByRole('status').filter({ hasText: 'Escaneado: https://seal.example/K7' }).waitFor();
  await shoot(page, 'form-components-3-scanned');
  await at(page, 'form-send').click();
  await cards(page).nth(2).waitFor();
  proxy.restore();
}

export async function run({ profile, shoot, onEnd, watch }) {
  const catalogue = await startParts();
  onEnd(() => catalogue.close());
  const data = makeFolder('components');
  onEnd(() => removeFolder(data));
  writeFileSync(path.join(data, 'plant.yaml'), plant);
  const applied = spawnSync(binary, ['org', 'apply', path.join(data, 'plant.yaml'), '--data', data], { encoding: 'utf8' });
  assert.equal(applied.status, 0, applied.stderr);
  const server = await startServer(data, { subcommand: 'serve', extra: ['--choices-base', catalogue.base] });
  onEnd(() => server.stop());
  const proxy = await startProxy(server.port);
  onEnd(() => proxy.close());
  const phone = await launch(profile);
  onEnd(() => phone.context.close());
  const { page } = phone;
  watch(page);
  const home = `http://localhost:${proxy.port}`;
  await phone.context.grantPermissions(['geolocation'], { origin: home });
  await phone.context.setGeolocation(position);
  await enter(page, home);

  // With a connection.
  await openForm(page, 'Every kind');
  await fillIn(page, shoot, 1);
  await pick(page, 'part', 'seal', 'Mechanical seal 35 mm');
  await at(page, 'choices-done').click();
  await at(page, 'form-review').click();
  await at(page, 'review').getByText('Mechanical seal 35 mm').waitFor();
  await shoot(page, 'form-components-1-5');
  await page.keyboard.press('Escape');
  await at(page, 'form-send').click();
  await waitFor('the answer on the server', () => answersOf(data).length === 1, 60_000);
  const parts = answersOf(data)[0].answers.part;
  assert.equal(parts[0].label, 'Mechanical seal 35 mm');
  expectAnswers(answersOf(data)[0], 1, parts);
  await cards(page).first().waitFor();

  // Without one: only the choices of the other server are out of reach, and they are not required.
  await workOffline(page, proxy);
  await openForm(page, 'Every kind');
  await fillIn(page, shoot, 2);
  assert.ok(await field(page, 'part').getByTestId('choose').isDisabled());
  await at(page, 'form-send').click();
  await cards(page).nth(1).waitFor();
  assert.equal(answersOf(data).length, 1);
  proxy.restore();
  await waitFor('both answers on the server', () => answersOf(data).length === 2, 60_000);
  const second = answersOf(data).find(({ answers }) => answers.short === 'Round 2');
  expectAnswers(second, 2, null);

  // Codes: a browser that cannot read them says so, and lets them be typed.
  await openForm(page, 'Codes');
  for (const component of ['tag', 'seal']) {
    await field(page, component).getByTestId('scan-note').filter({ hasText: 'Type what the code says' }).waitFor();
    assert.equal(await field(page, component).getByTestId('scan').count(), 0);
    assert.ok(await field(page, component).getByTestId('written').isEditable());
  }
  await shoot(page, 'form-components-2-codes');
  await phone.context.close();
  const folder = makeFolder('profile');
  onEnd(() => removeFolder(folder));
  const reader = await launch(folder, { locale: 'es-ES', viewport: { width: 320, height: 640 } });
  onEnd(() => reader.context.close());
  watch(reader.page);
  await reader.context.addInitScript(readCodes);
  await reader.context.grantPermissions([], { origin: home });
  await enter(reader.page, home);
  await scanCodes(reader, { shoot, proxy, home });
  await waitFor('what was scanned on the server', () => answersOf(data).length === 3, 60_000);
  const scanned = answersOf(data).find(({ answers }) => answers.tag);
  assert.deepEqual(scanned.answers, { tag: 'P-7', seal: 'https://seal.example/K7' });
}
