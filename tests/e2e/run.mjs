// Runs every scenario of tests/e2e/scenarios in a real browser against a real server, one after
// another; then the main job (demo-check.mjs). `node tests/e2e/run.mjs [part of a name]`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { audit } from './lib/audit.mjs';
import { takePageErrors } from './lib/browser.mjs';
import { startProxy } from './lib/proxy.mjs';
import { makeFolder, removeFolder, root, startServer } from './lib/server.mjs';

const wanted = process.argv[2] ?? '';
const pictures = path.join(root, 'build/screenshots');
mkdirSync(pictures, { recursive: true });

const pictureBytesMax = 120 * 1024;

let passed = 0;
let failed = 0;
/** `ended`: what the scenario says about itself, `skipped` or a `remark`. */
function report(name, error, millis, ended) {
  if (error) failed += 1;
  else if (!ended?.skipped) passed += 1;
  const word = error ? 'not ok' : ended?.skipped ? 'skipped' : 'ok';
  const more = ended?.skipped ?? ended?.remark;
  console.log(`${word}  ${name}${more ? ` (${more})` : ''}  ${millis} ms${error ? `\n        ${error.stack ?? error}` : ''}`);
}

/** A picture of the screen, which must have no finding of the audit. */
async function shoot(page, picture) {
  await page.screenshot({ path: path.join(pictures, `${picture}.png`) });
  await audit(page, picture);
}

/** A picture of the guide, as phones show it. HOLDFAST_PICTURES=1 renews those that docs/guide shows. */
async function picture(page, name) {
  const language = await page.evaluate(() => document.documentElement.lang);
  const kept = path.join(process.env.HOLDFAST_PICTURES ? path.join(root, 'docs/images/guide') : path.join(pictures, 'guide'), language);
  mkdirSync(kept, { recursive: true });
  const file = path.join(kept, `${name}.png`);
  await page.screenshot({ path: file, scale: 'css', animations: 'disabled' });
  if (statSync(file).size > pictureBytesMax) throw new Error(`${file} has more than ${pictureBytesMax} bytes`);
}

/** What a screen shows when its scenario fails: as a picture, and in words for whoever has only the log. */
async function tell(page, picture) {
  await page.screenshot({ path: path.join(pictures, `${picture}.png`) }).catch(() => undefined);
  const words = await page.evaluate(() => `${location.href} ${document.body.innerText.slice(-1500)}`).catch(() => 'closed');
  console.log(`        ${picture}: ${words.replace(/\s+/g, ' ')}`);
}

const folder = path.join(import.meta.dirname, 'scenarios');
const data = makeFolder('e2e');
// Without the tasks of long ago, which each phone of each scenario would receive. The main job has them.
const server = await startServer(data, { extra: ['--tasks', '62'] });
for (const file of readdirSync(folder).sort()) {
  if (!file.endsWith('.mjs') || !file.includes(wanted)) continue;
  const { name, run } = await import(path.join(folder, file));
  const profile = makeFolder('profile');
  const proxy = await startProxy(server.port);
  const cleanups = [];
  const watched = [];
  const begin = Date.now();
  let error = null;
  let ended;
  try {
    ended = await run({
      home: `http://localhost:${proxy.port}/`,
      proxy,
      server,
      profile,
      shoot,
      picture,
      onEnd: (cleanup) => cleanups.push(cleanup),
      watch: (page) => watched.push(page),
    });
  } catch (thrown) {
    error = thrown;
  }
  const uncaught = takePageErrors();
  error ??= uncaught[0];
  if (error) {
    for (const each of uncaught) console.log(`        not caught by a page: ${each.stack}`);
    for (const [index, page] of watched.entries()) await tell(page, `failure-${file}-${index}`);
  }
  for (const cleanup of cleanups.reverse()) await Promise.resolve(cleanup()).catch(() => undefined);
  await proxy.close();
  removeFolder(profile);
  report(name, error, Date.now() - begin, ended);
}
await server.stop();
removeFolder(data);

if (wanted === '') {
  const begin = Date.now();
  const check = spawnSync(process.execPath, [path.join(import.meta.dirname, 'demo-check.mjs')], { stdio: 'inherit' });
  report('the main job, end to end', check.status === 0 ? null : new Error('see above'), Date.now() - begin);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
