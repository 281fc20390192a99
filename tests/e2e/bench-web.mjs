// node tests/e2e/bench-web.mjs [first-sync-web|query-web] [--json]: figures of the browser, against SQLite
// alone in the same page. docs/performance.md explains them.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { launch } from './lib/browser.mjs';
import { makeFolder, removeFolder, root, startServer } from './lib/server.mjs';

const rowsCount = 100_000;
const rounds = 3;
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

async function serve(channels) {
  const data = makeFolder('bench');
  const binary = ['release', 'dev'].map((preset) => path.join(root, `build/${preset}/bench/holdfast_bench`));
  const made = binary.find((file) => spawnSync('test', ['-x', file]).status === 0);
  run(made, '--make', data, String(channels), String(rowsCount));
  const server = await startServer(data, { subcommand: 'serve' });
  return { server, data };
}

/** A page that speaks to the app's own worker, without its screens. */
async function openDevice(server, profile) {
  const { context, page } = await launch(profile);
  await page.route('**/bench/insert-worker.js', (route) => route.fulfill({ path: path.join(root, 'tests/e2e/bench/insert-worker.js'), contentType: 'text/javascript' }));
  await page.route('**/bench/insert.wasm', (route) => route.fulfill({ path: path.join(root, 'build/wasm/client/wasm/insert_bench.wasm'), contentType: 'application/wasm' }));
  await page.goto(`http://localhost:${server.port}/healthz`);
  const worker = readdirSync(path.join(root, 'app/dist/assets')).find((file) => /^worker-.*\.js$/.test(file));
  await page.evaluate((address) => {
    const engine = new Worker(address, { type: 'module' });
    const state = { next: 1, replies: new Map(), snapshots: new Map(), listeners: [] };
    engine.onmessage = ({ data }) => {
      if ('push' in data) state.snapshots.set(data.push, data);
      else state.replies.get(data.reply)?.(data);
      for (const listener of state.listeners) listener();
    };
    const bench = {
      engine,
      post(call, args) {
        const id = state.next++;
        const answer = new Promise((resolve) => state.replies.set(id, resolve));
        engine.postMessage({ id, call, args });
        return { id, answer };
      },
      async ask(call, args) {
        const reply = await bench.post(call, args).answer;
        if ('error' in reply) throw new Error(`${call}: ${reply.error.code}`);
        return reply.ok;
      },
      snapshot: (id) => state.snapshots.get(id)?.snapshot,
      until: (holds) =>
        new Promise((resolve) => {
          const check = () => {
            const value = holds();
            if (!value) return;
            state.listeners = state.listeners.filter((each) => each !== check);
            resolve(value);
          };
          state.listeners.push(check);
          check();
        }),
    };
    globalThis.bench = bench;
  }, `/assets/${worker}`);
  await page.evaluate(() =>
    bench.ask('start', {
      mobile_hint: true, coarse_pointer: true, touch_points: 5, screen_width: 390, installed: false,
      online: true, visible: true, locale: 'en', device_name: 'Benchmark', persistent_storage: true,
    }),
  );
  return { context, page };
}

const firstSync = (page, credentials) =>
  page.evaluate(async (account) => {
    const status = bench.post('subscribe', { query: 'status' }).id;
    const menu = bench.post('subscribe', { query: 'menu' }).id;
    await bench.ask('sign_in', account);
    const signedIn = performance.now();
    await bench.until(() => bench.snapshot(status)?.connection.state === 'connected');
    const connected = performance.now();
    const first = await bench.until(() => bench.snapshot(menu)?.groups[0]);
    const group = bench.post('subscribe', { query: 'group', group: first.id }).id;
    const channel = await bench.until(() => bench.snapshot(group)?.channels[0]);
    const window = bench.post('subscribe', { query: 'messages', channel: channel.id, anchor: 'latest', before: 30, after: 0 }).id;
    await bench.until(() => bench.snapshot(window)?.items.length > 0);
    const usable = performance.now();
    await bench.until(() => bench.snapshot(status).bar.kind === 'ready');
    return { usable: usable - signedIn, seconds: (performance.now() - connected) / 1000, channel: channel.id };
  }, credentials);

const insertAlone = (page) =>
  page.evaluate(async () => {
    bench.engine.terminate();
    const worker = new Worker('/bench/insert-worker.js');
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage({ wasm: '/bench/insert.wasm' });
    });
  });

async function benchFirstSync() {
  run('cmake', '--build', 'build/wasm', '--target', 'holdfast_wasm_insert_bench');
  const { server, data } = await serve(50);
  const [ours, alone, usable] = [[], [], []];
  let total = 0;
  for (let round = 0; round < rounds; round += 1) {
    const profile = makeFolder('bench-profile');
    const { context, page } = await openDevice(server, profile);
    const sync = await firstSync(page, person);
    const raw = await insertAlone(page);
    ours.push(raw.rows / sync.seconds);
    alone.push(raw.rows / raw.seconds);
    usable.push(sync.usable);
    total = raw.rows;
    await context.close();
    removeFolder(profile);
  }
  report('first-sync-web', median(ours), 'rows/s', median(alone), `${total} rows, against SQLite alone in the same page; at least 0.5`);
  report('first-sync-web', median(usable), 'ms', 2000, 'sign-in to channel list and open channel; at most 1');
  await server.stop();
  removeFolder(data);
}

async function benchQuery() {
  const { server, data } = await serve(1);
  const profile = makeFolder('bench-profile');
  const { context, page } = await openDevice(server, profile);
  const { channel } = await firstSync(page, person);
  const times = await page.evaluate(async (id) => {
    const taken = [];
    for (let i = 0; i < 300; i += 1) {
      const begin = performance.now();
      const window = bench.post('subscribe', { query: 'messages', channel: id, anchor: 'latest', before: 50, after: 0 }).id;
      await bench.until(() => bench.snapshot(window));
      taken.push(performance.now() - begin);
      await bench.ask('unsubscribe', { subscription: window });
    }
    return taken;
  }, channel);
  report('query-web', percentile(times, 0.99), 'ms', 8, 'p99, latest 50 of 100,000, page to worker and back; at most 1');
  await context.close();
  await server.stop();
  removeFolder(profile);
  removeFolder(data);
}

if (!wanted || wanted === 'first-sync-web') await benchFirstSync();
if (!wanted || wanted === 'query-web') await benchQuery();
