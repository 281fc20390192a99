// Starts the real server on a port of its own with a data folder of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../../..');
export const binary = process.env.HOLDFAST_BINARY ?? path.join(root, 'build/dev/cli/holdfast');

export function makeFolder(prefix) {
  return mkdtempSync(path.join(tmpdir(), `holdfast-${prefix}-`));
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
}

export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function waitFor(what, condition, millis = 30_000) {
  const giveUpAt = Date.now() + millis;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > giveUpAt) throw new Error(`no ${what} within ${millis} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function answers(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;
  } catch {
    return false;
  }
}

/**
 * `holdfast demo` (or another subcommand that serves) until `stop` or `kill`; `app` is the folder it serves, and the
 * demonstration has so many machines to choose from.
 */
export async function startServer(
  data,
  { subcommand = 'demo', port: wanted, app = path.join(root, 'app/dist'), assets = 400, extra = [] } = {},
) {
  const port = wanted ?? (await freePort());
  const args =
    subcommand === 'demo'
      ? ['demo', '--data', data, '--port', String(port), '--app', app, '--assets', String(assets)]
      : ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, '--app', app];
  const child = spawn(binary, [...args, ...extra], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout.on('data', (chunk) => (log += chunk));
  child.stderr.on('data', (chunk) => (log += chunk));
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const killWithUs = () => child.kill('SIGKILL'); // also where a test throws and stops nothing
  process.on('exit', killWithUs);
  void ended.then(() => process.off('exit', killWithUs));
  let isGone = false;
  void ended.then(() => (isGone = true));
  await waitFor('answer from the server', async () => {
    if (isGone) throw new Error(`the server ended:\n${log}`);
    return answers(port);
  }, 120_000);
  const end = async (signal) => {
    child.kill(signal);
    await ended;
  };
  return { port, data, log: () => log, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}
