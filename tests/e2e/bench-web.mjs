// node tests/e2e/bench-web.mjs [first-sync-web|query-web|board-web|forms-web|start-web|lighthouse-web] [--json]: figures of the
// browser, against SQLite alone in the same page, or what a person may expect. docs/performance.md explains them.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { ana, at, openFirstChannel, signIn, waitForBar, workOffline } from './lib/app.mjs';
import { launch } from './lib/browser.mjs';
import { startDevice } from './lib/device.mjs';
import { scoresOf } from './lib/lighthouse.mjs';
import { startProxy } from './lib/proxy.mjs';
import { binary, makeFolder, removeFolder, root, startServer, waitFor } from './lib/server.mjs';

const rowsCount = 100_000;
const rounds = 5;
const args = process.argv.slice(2);
const isJson = args.includes('--json');
const wanted = args.find((arg) => !arg.startsWith('--'));
const person = { email: 'bench0@holdfast.example', password: 'holdfast-bench' };

function run(command, ...rest) {
  const { status, stderr } = spawnSync(command, rest, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${rest.join(' ')}: ${stderr}`);
}

function report(bench, value, unit, limit, note) {
  const figure = { bench, value, unit, limit, ratio: value / limit, note };
  if (isJson) console.log(JSON.stringify(figure));
  else console.log(`${bench.padEnd(16)} ${value.toFixed(1).padStart(10)} ${unit.padEnd(8)} limit ${limit.toFixed(1)} ratio ${figure.ratio.toFixed(3)}  ${note}`);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)];

async function serve(channels, messages = rowsCount, tasks = 0) {
  const data = makeFolder('bench');
  const builds = ['release', 'dev'].map((preset) => path.join(root, `build/${preset}/bench/holdfast_bench`));
  const made = builds.find((file) => spawnSync('test', ['-x', file]).status === 0);
  run(made, '--make', data, String(channels), String(messages), String(tasks));
  const server = await startServer(data, { subcommand: 'serve' });
  return { server, data };
}

/** `port`: of the server, or of a line to it. */
async function openDevice(port, profile, isPlain = false) {
  const { context, page } = await launch(profile);
  if (isPlain) await page.route('**/holdfast*.wasm', (route) => route.fulfill({ path: path.join(root, 'build/wasm/client/wasm/holdfast_plain.wasm'), contentType: 'application/wasm' }));
  await page.route('**/bench/insert-worker.js', (route) => route.fulfill({ path: path.join(root, 'tests/e2e/bench/insert-worker.js'), contentType: 'text/javascript' }));
  await page.route('**/bench/insert.wasm', (route) => route.fulfill({ path: path.join(root, 'build/wasm/client/wasm/insert_bench.wasm'), contentType: 'application/wasm' }));
  await startDevice(page, `http://localhost:${port}/`);
  return { context, page };
}

/** `reads`: asks for the newest messages again and again meanwhile, as a person who goes from channel to channel does. */
const firstSync = (page, reads) =>
  page.evaluate(
    async ({ account, isReading }) => {
      const status = device.subscribe({ query: 'status' });
      const menu = device.subscribe({ query: 'menu' });
      await device.ask('sign_in', account);
      const signedIn = performance.now();
      await device.until(() => device.snapshot(status)?.connection.state === 'connected');
      const connected = performance.now();
      const first = await device.until(() => device.snapshot(menu)?.groups[0]);
      const group = device.subscribe({ query: 'group', group: first.id });
      const channel = await device.until(() => device.snapshot(group)?.channels[0]);
      const newest = { query: 'messages', channel: channel.id, anchor: 'latest', before: 30, after: 0 };
      const window = device.subscribe(newest);
      await device.until(() => device.snapshot(window)?.items.length > 0);
      const usable = performance.now();
      const isReady = () => device.snapshot(status).bar.kind === 'ready';
      const stalls = [];
      while (isReading && !isReady()) {
        const asked = performance.now();
        const read = device.subscribe(newest);
        await device.until(() => device.snapshot(read));
        stalls.push(performance.now() - asked);
        await device.close(read);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await device.until(isReady);
      return { usable: usable - signedIn, seconds: (performance.now() - connected) / 1000, channel: channel.id, stalls };
    },
    { account: person, isReading: reads },
  );

const insertAlone = (page) =>
  page.evaluate(async () => {
    device.engine.terminate();
    const worker = new Worker('/bench/insert-worker.js');
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage({ wasm: '/bench/insert.wasm' });
    });
  });

/** One first synchronization with a new profile; then `work` on the same page. */
async function inNewProfile(port, reads, work, isPlain = false) {
  const profile = makeFolder('bench-profile');
  const { context, page } = await openDevice(port, profile, isPlain);
  const sync = await firstSync(page, reads);
  const more = await work(page);
  await context.close();
  removeFolder(profile);
  return { sync, more };
}

async function benchFirstSync() {
  run('cmake', '--build', 'build/wasm', '--target', 'holdfast_wasm_insert_bench', 'holdfast_wasm_plain');
  const { server, data } = await serve(50);
  const line = await startProxy(server.port, { bytesPerSecond: 10e6 / 8, roundTrip: 60 });
  const [ours, plain, alone, aloneEncrypted, usable, usableOverLine, stalls] = [[], [], [], [], [], [], []];
  let total = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { sync, more: raw } = await inNewProfile(server.port, false, insertAlone);
    ours.push(raw.rows / sync.seconds);
    alone.push(raw.rows / raw.seconds);
    aloneEncrypted.push(raw.rows / raw.encryptedSeconds);
    plain.push(raw.rows / (await inNewProfile(server.port, false, () => undefined, true)).sync.seconds);
    usable.push(sync.usable);
    usableOverLine.push((await inNewProfile(line.port, false, () => undefined)).sync.usable);
    total = raw.rows;
    const reading = await inNewProfile(server.port, true, () => undefined);
    if (reading.sync.stalls.length < 3) throw new Error(`only ${reading.sync.stalls.length} reads while synchronizing`);
    stalls.push(Math.max(...reading.sync.stalls));
  }
  report('first-sync-web', median(ours), 'rows/s', median(aloneEncrypted), `${total} rows, against SQLite alone in the same page, encrypted alike; at least 0.6`);
  report('first-sync-web', median(ours), 'rows/s', median(alone), `${total} rows, encrypted, against SQLite alone in the same page, not encrypted; at least 0.6`);
  report('first-sync-web', median(ours), 'rows/s', median(plain), 'encrypted, against the same with files that are not; at least 0.75');
  report('first-sync-web', median(usable), 'ms', 1000, 'usable: sign-in to channel list and open channel; at most 1');
  report('first-sync-web', median(usableOverLine), 'ms', 2000, 'usable, over a line of 10 Mbit/s and 60 ms there and back; at most 1');
  report('first-sync-web', median(stalls), 'ms', 50, 'stall: the longest read while synchronizing; at most 1');
  await line.close();
  await server.stop();
  removeFolder(data);
}

async function benchQuery() {
  const { server, data } = await serve(1);
  const profile = makeFolder('bench-profile');
  const { context, page } = await openDevice(server.port, profile);
  const { channel } = await firstSync(page, false);
  const times = await page.evaluate(async (id) => {
    const taken = [];
    // Older messages in between, so that no item of the newest ones is kept from before (limits::items_cached_max).
    const show = async (anchor, before) => {
      const window = device.subscribe({ query: 'messages', channel: id, anchor, before, after: 0 });
      const { items } = await device.until(() => device.snapshot(window));
      await device.close(window);
      return { sort: items[0].sort, id: items[0].id };
    };
    const oldest = await show('latest', 50);
    for (let i = 0; i < 300; i += 1) {
      let place = oldest;
      for (let older = 0; older < 3; older += 1) place = await show(place, 400);
      const begin = performance.now();
      const window = device.subscribe({ query: 'messages', channel: id, anchor: 'latest', before: 50, after: 0 });
      await device.until(() => device.snapshot(window));
      taken.push(performance.now() - begin);
      await device.close(window);
    }
    return taken;
  }, channel);
  report('query-web', percentile(times, 0.99), 'ms', 8, 'p99, latest 50 of 100,000, page to worker and back; at most 1');
  await context.close();
  await server.stop();
  removeFolder(profile);
  removeFolder(data);
}

/** From the touch on the group until cards of the board have been drawn; `rest`: for how many milliseconds the app has been there. */
async function openBoard(page, rest) {
  await page.reload();
  await waitForBar(page, 'ready');
  await at(page, 'group-row').filter({ hasText: 'Tasks' }).waitFor();
  return page.evaluate(async (look) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const rows = [...document.querySelectorAll('[data-testid="group-row"]')];
    const row = rows.find((each) => each.textContent.includes('Tasks'));
    for (const there = performance.now(); performance.now() < there + look; ) await frame();
    const begin = performance.now();
    (row.querySelector('a') ?? row).click();
    while (!document.querySelector('[data-testid="column"] a')) await frame();
    await frame();
    return performance.now() - begin;
  }, rest);
}

/** Milliseconds between frames while a column is scrolled, `step` pixels a frame, for `seconds`. */
const scrollColumn = (page, step, seconds) =>
  page.evaluate(
    async ({ by, until }) => {
      const column = document.querySelector('[data-testid="column"] [data-testid="task-rows"]');
      const gaps = [];
      let last = await new Promise((resolve) => requestAnimationFrame(resolve));
      const end = last + until * 1000;
      while (last < end) {
        column.scrollTop += by;
        const now = await new Promise((resolve) => requestAnimationFrame(resolve));
        gaps.push(now - last);
        last = now;
      }
      return { gaps, top: column.scrollTop };
    },
    { by: step, until: seconds },
  );

async function benchBoard() {
  const tasks = 50_000;
  const { server, data } = await serve(1, 1000, tasks);
  const profile = makeFolder('bench-profile');
  const { context, page } = await launch(profile);
  await page.goto(`http://localhost:${server.port}/`);
  await signIn(page, person);
  await waitForBar(page, 'ready', 300_000);
  await at(page, 'group-row').filter({ hasText: 'Tasks' }).click();
  await at(page, 'view-board').click();
  await page.locator('[data-testid="column"] a').first().waitFor();
  const home = page.url().replace(/#.*/, '#/');
  for (const [rest, how] of [[500, 'half a second after'], [0, 'as soon as']]) {
    const opened = [];
    for (let round = 0; round < rounds; round += 1) {
      await page.goto(home);
      opened.push(await openBoard(page, rest));
    }
    report('board-web', median(opened), 'ms', 150, `a board of ${tasks} tasks opens, from the touch to its cards, ${how} the app is there; at most 1`);
  }
  for (const [step, how] of [[40, 'read'], [400, 'flung']]) {
    const longest = [];
    let frames = 0;
    let late = 0;
    for (let round = 0; round < rounds; round += 1) {
      const { gaps, top } = await scrollColumn(page, step, 4);
      if (top < step * 20) throw new Error(`the column has been scrolled to ${top} only`);
      longest.push(Math.max(...gaps));
      frames += gaps.length;
      late += gaps.filter((gap) => gap > 32).length;
    }
    report('board-web', median(longest), 'ms', 32, `the longest frame while a column is ${how} for 4 s, the middle of ${rounds}; ${late} of ${frames} frames were longer; at most 1`);
  }
  await context.close();
  await server.stop();
  removeFolder(profile);
  removeFolder(data);
}

/** 50,000 assets, a form of 500 components with 100 conditions, and one that chooses an asset. */
function formsFile() {
  const kinds = ['Bomba', 'Válvula', 'Motor', 'Compresor', 'Caldera', 'Filtro', 'Tablero eléctrico', 'Grúa'];
  const places = ['Ñuñoa', 'Valparaíso', 'Concepción', 'Muelle 4', 'Planta norte'];
  const elements = Array.from({ length: 50_000 }, (_, i) => ({ code: `a_${i}`, name: `${kinds[i % 8]} ${i} ${places[Math.floor(i / 7) % 5]}` }));
  const label = { en: 'Question', es: 'Pregunta' };
  const components = Array.from({ length: 100 }, (_, i) => [
    { id: `list${i}`, kind: 'list', label, items: [{ value: 'yes' }, { value: 'no' }] },
    { id: `why${i}`, kind: 'written', label, required: true, max: 400, pattern: '[a-zA-Z .,]+', show: { component: `list${i}`, equal: 'no' } },
    { id: `n${i}`, kind: 'written', input: 'number', label, min: 0, max: 100 },
    { id: `asset${i}`, kind: 'collection', collection: 'asset', label },
    { id: `d${i}`, kind: 'date', label, latest: { from: 'send' } },
  ]).flat();
  return JSON.stringify({
    organization: { code: 'bench' },
    collections: [{ code: 'asset', name: 'Assets', elements }],
    forms: [{ code: 'large', title: { en: 'Large' }, components }],
  });
}

async function benchForms() {
  const { server: first, data } = await serve(1);
  await first.stop();
  const file = path.join(data, 'forms.yaml');
  writeFileSync(file, formsFile());
  run(binary, 'org', 'apply', file, '--data', data);
  const server = await startServer(data, { subcommand: 'serve' });
  const profile = makeFolder('bench-profile');
  const { context, page } = await openDevice(server.port, profile);
  const { channel } = await firstSync(page, false);
  const times = await page.evaluate(async (id) => {
    const taken = { open: [], press: [], search: [] };
    const timed = async (name, work) => {
      const begin = performance.now();
      const value = await work();
      taken[name].push(performance.now() - begin);
      return value;
    };
    const forms = device.subscribe({ query: 'forms', channel: id });
    const [{ form }] = await device.until(() => device.snapshot(forms)?.forms.length && device.snapshot(forms).forms);
    await device.close(forms);
    let draft = 0;
    for (let i = 0; i < 20; i += 1) {
      const shown = await timed('open', async () => {
        ({ draft } = await device.ask('open_form', { channel: id, form }));
        const filling = device.subscribe({ query: 'filling', draft });
        await device.until(() => device.snapshot(filling)?.filling?.components.length === 500);
        return filling;
      });
      await device.close(shown);
    }
    // As a person fills it in: more and more answers stand in it.
    for (let i = 0; i < 900; i += 1) {
      const group = Math.floor(i / 9);
      const [path, value] = i % 9 === 0 ? [`list${group}`, ['no']] : [`why${group}`, 'The seal leaks'.slice(0, 3 + (i % 9))];
      const { changed } = await timed('press', () => device.ask('set_answer', { draft, path, value }));
      if (changed[0].path !== path) throw new Error(`${path} was not judged`);
    }
    const typed = ['v', 'va', 'val', 'valv 1', 'bomba nun', 'ta', 'grua 499', 'conc', 'zzz', 'filtro 123 m'];
    const search = (text) => device.ask('search_choices', { draft, path: 'asset0', level: 0, text });
    const began = performance.now();
    await search('');
    const firstSearch = performance.now() - began;
    for (let i = 0; i < 300; i += 1) {
      const { items } = await timed('search', () => search(typed[i % typed.length]));
      if ((items.length === 0) !== (typed[i % typed.length] === 'zzz')) throw new Error(`${typed[i % typed.length]}: ${items.length}`);
    }
    return { ...taken, firstSearch };
  }, channel);
  report('forms-web', median(times.open), 'ms', 100, 'open 500 components, 100 conditions, to the snapshot; at most 1');
  report('forms-web', percentile(times.press, 0.95), 'ms', 4, 'p95, keystroke to verdict, page to disk and back; at most 1');
  report('forms-web', percentile(times.search, 0.95), 'ms', 16, 'p95, a keystroke in 50,000 elements; at most 1');
  report('forms-web', times.firstSearch, 'ms', 1000, 'the first search, which reads the collection; at most 1');
  await context.close();
  await server.stop();
  removeFolder(profile);
  removeFolder(data);
}

/** Notes in the page when what `selector` finds is drawn for the first time, in ms since the page was asked for. */
const noteWhenDrawn = (context, selector) =>
  context.addInitScript((wantedSelector) => {
    const look = () => {
      const isThere = [...document.querySelectorAll(wantedSelector)].some((element) => element.checkVisibility({ visibilityProperty: true }));
      if (isThere) requestAnimationFrame(() => (globalThis.drawnAt = performance.now()));
      else requestAnimationFrame(look);
    };
    look();
  }, selector);

async function drawnAt(page) {
  return (await page.waitForFunction(() => globalThis.drawnAt)).jsonValue();
}

/** The app's first start on a new device, over a line of 10 Mbit/s, its page slowed down four times. */
async function firstStart(server, profile) {
  const proxy = await startProxy(server.port, { bytesPerSecond: 10e6 / 8 });
  const { context, page } = await launch(profile);
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await noteWhenDrawn(context, '[data-testid="sign-in-submit"]');
  await page.goto(`http://localhost:${proxy.port}/`);
  const usable = await drawnAt(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true)); // from now on it starts without a network
  let before = -1;
  await waitFor('end of the first load', () => {
    const isQuiet = before === proxy.received();
    before = proxy.received();
    return isQuiet;
  });
  await context.close();
  await proxy.close();
  return { usable, bytes: before };
}

/** Milliseconds to a channel on the screen, of a browser that has just been started, without a network. */
async function warmStart(profile, channel) {
  const { context, page } = await launch(profile);
  await noteWhenDrawn(context, '[data-testid="message"]');
  await page.goto(channel);
  const usable = await drawnAt(page);
  await at(page, 'composer').waitFor();
  await context.close();
  return usable;
}

/** A phone of its own on which Ana is signed in and everything is there, also without a network; `work` goes on in it. */
async function preparePhone(home, work) {
  const profile = makeFolder('bench-profile');
  const { context, page } = await launch(profile);
  await page.goto(home);
  await signIn(page, ana);
  await waitForBar(page, 'ready');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  const channel = await openFirstChannel(page);
  await work?.(page);
  await context.close();
  return { profile, channel };
}

async function benchStart() {
  const data = makeFolder('bench');
  const server = await startServer(data, { extra: ['--tasks', '62'] });
  const firsts = [];
  for (let round = 0; round < rounds; round += 1) {
    const profile = makeFolder('bench-profile');
    firsts.push(await firstStart(server, profile));
    removeFolder(profile);
  }
  report('start-web', median(firsts.map(({ bytes }) => bytes)), 'bytes', 900 * 1024, 'the first load, over the line, all in all; at most 1');
  report('start-web', median(firsts.map(({ usable }) => usable)), 'ms', 1500, 'first start to the form of the sign-in, 10 Mbit/s, page 4 times slower; at most 1');
  const proxy = await startProxy(server.port);
  const { profile, channel } = await preparePhone(`http://localhost:${proxy.port}/`, (page) => workOffline(page, proxy));
  const warm = [];
  for (let round = 0; round < rounds; round += 1) warm.push(await warmStart(profile, channel));
  report('start-web', median(warm), 'ms', 700, 'warm start without a network, to a channel; at most 1');
  await proxy.close();
  await server.stop();
  for (const folder of [profile, data]) removeFolder(folder);
}

async function benchLighthouse() {
  const data = makeFolder('bench');
  const server = await startServer(data, { extra: ['--tasks', '62'] });
  const home = `http://localhost:${server.port}/`;
  const { profile, channel } = await preparePhone(home);
  for (const [screen, url] of [['menu', home], ['channel', channel]]) {
    const runs = [];
    for (let round = 0; round < 3; round += 1) runs.push(await scoresOf(profile, url));
    for (const [category, least] of [['performance', 90], ['accessibility', 100], ['best-practices', 100]]) {
      report('lighthouse-web', median(runs.map(({ scores }) => scores[category])), 'points', least, `${category} of the ${screen}, median of 3; at least 1`);
    }
    for (const fault of new Set(runs.flatMap(({ faults }) => faults))) console.error(`${screen}: ${fault}`);
  }
  await server.stop();
  for (const folder of [profile, data]) removeFolder(folder);
}

if (!wanted || wanted === 'first-sync-web') await benchFirstSync();
if (!wanted || wanted === 'query-web') await benchQuery();
if (!wanted || wanted === 'board-web') await benchBoard();
if (!wanted || wanted === 'forms-web') await benchForms();
if (!wanted || wanted === 'start-web') await benchStart();
if (!wanted || wanted === 'lighthouse-web') await benchLighthouse();
