// Debian's Chromium with a profile folder of its own, as a phone or as a desktop, and a way to kill
// it as a phone kills an app.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { root, waitFor } from './server.mjs';

const require = createRequire(path.join(root, 'app/package.json'));
const { chromium, devices } = require('playwright-core');

const executable = process.env.HOLDFAST_CHROMIUM ?? '/usr/bin/chromium';
const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-default-apps', '--use-fake-device-for-media-stream',
];

/** What no page caught, of all that were launched: the app has no such errors. Taken by whoever reads it. */
export const takePageErrors = () => pageErrors.splice(0);
const pageErrors = [];

/** `profile` is kept between launches, like a phone's storage. */
export async function launch(profile, { desktop = false, locale = 'en-US', colorScheme = 'light', viewport } = {}) {
  const phone = devices['Pixel 7'];
  const look = desktop ? { viewport: viewport ?? { width: 1280, height: 800 } } : { ...phone, ...(viewport ? { viewport } : {}) };
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable, headless: true, args: flags, locale, colorScheme, ...look,
  });
  context.on('weberror', (uncaught) => pageErrors.push(uncaught.error()));
  const page = context.pages()[0] ?? (await context.newPage());
  return { context, page, profile };
}

/** SIGKILL to every process of the profile, as when the system or the battery ends the app. */
export async function killBrowser({ context, profile }) {
  const pids = processesOf(profile);
  if (pids.length === 0) throw new Error('no browser process to kill');
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended with its parent.
    }
  }
  await waitFor('end of the browser', () => processesOf(profile).length === 0);
  await context.close().catch(() => undefined);
  for (const name of readdirSync(profile)) {
    if (name.startsWith('Singleton')) rmSync(path.join(profile, name), { force: true });
  }
}

function processesOf(profile) {
  const parents = new Map();
  const named = new Set();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8');
      const status = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') continue;
      parents.set(Number(entry), Number(parent));
      if (command.includes(`--user-data-dir=${profile}`)) named.add(Number(entry));
    } catch {
      // It ended meanwhile.
    }
  }
  for (let grew = true; grew; ) {
    grew = false;
    for (const [pid, parent] of parents) {
      if (named.has(parent) && !named.has(pid)) {
        named.add(pid);
        grew = true;
      }
    }
  }
  return [...named];
}

export function chromiumVersion() {
  return execFileSync(executable, ['--version'], { encoding: 'utf8' }).trim();
}
