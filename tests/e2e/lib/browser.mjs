// Debian's Chromium with a profile folder of its own, as a phone or as a desktop, and a way to kill
// it as a phone kills an app.
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { killProcesses } from './processes.mjs';
import { root, waitFor } from './server.mjs';

const require = createRequire(path.join(root, 'app/package.json'));
const { chromium, devices } = require('playwright-core');

const executable = process.env.HOLDFAST_CHROMIUM ?? '/usr/bin/chromium';
/** What Playwright leaves out, and the popups of an address bar that nobody sees: they load for a second of every start. */
const leftOut = [
  'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay', 'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch',
  'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup',
];
const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-default-apps', '--use-fake-device-for-media-stream',
  `--disable-features=${leftOut.join(',')}`, // the last one counts
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

/** Without Playwright, for another that drives it by `port`; returns what ends it. */
export async function launchAlone(profile, port) {
  spawn(executable, [...flags, '--headless=new', `--user-data-dir=${profile}`, `--remote-debugging-port=${port}`, 'about:blank'], { stdio: 'ignore' });
  await waitFor('answer from the browser', () => fetch(`http://127.0.0.1:${port}/json/version`).then(({ ok }) => ok, () => false));
  return () => killProcesses(profile);
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
