// Debian's Chromium with a profile folder of its own, as a phone or as a desktop, and a way to kill
// it as a phone kills an app.
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { killProcesses } from './processes.mjs';
import { root } from './server.mjs';

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
  await killProcesses(profile);
  await context.close().catch(() => undefined);
  for (const name of readdirSync(profile)) {
    if (name.startsWith('Singleton')) rmSync(path.join(profile, name), { force: true });
  }
}

export function chromiumVersion() {
  return execFileSync(executable, ['--version'], { encoding: 'utf8' }).trim();
}
