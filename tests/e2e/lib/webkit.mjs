// Debian's WebKitGTK, driven by its own WebDriver on a screen of its own (Xvfb). As a phone, with a folder
// that is kept between launches (webkit_window.py).
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

import { PlainPage } from './plain-page.mjs';
import { killProcesses } from './processes.mjs';
import { freePort, waitFor } from './server.mjs';

const driver = '/usr/bin/WebKitWebDriver';
const screen = '/usr/bin/Xvfb';
const python = '/usr/bin/python3';
const agent =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';


export function missing() {
  if (!existsSync(driver) || !existsSync(screen)) return 'there is no WebKit here: webkit2gtk-driver, xvfb';
  try {
    execFileSync(python, ['-c', 'import gi; gi.require_version("WebKit2", "4.1")'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'there is no window for WebKit here: gir1.2-webkit2-4.1, python3-gi';
  }
}

class WebKitPage extends PlainPage {
  #ask;
  #end;

  constructor(ask, end) {
    super();
    this.#ask = ask;
    this.#end = end;
  }

  goto(url) {
    return this.#ask('POST', '/url', { url });
  }

  async evaluate(work, ...args) {
    const script = `const [args, done] = arguments;
      Promise.resolve((${work})(...args)).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.#ask('POST', '/execute/async', { script, args: [args] });
    if (error) throw new Error(error);
    return value;
  }

  act(actions) {
    return this.#ask('POST', '/actions', { actions });
  }

  async picture() {
    return Buffer.from(await this.#ask('GET', '/screenshot'), 'base64');
  }

  kill() {
    return this.#end();
  }
}

/** An X server without a screen; the number of its display. */
function startScreen() {
  const child = spawn(screen, ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const display = new Promise((resolve, reject) => {
    child.stdio[3].on('data', (chunk) => resolve(`:${String(chunk).trim()}`));
    child.on('exit', () => reject(new Error('Xvfb does not start')));
  });
  return { child, display };
}

export async function launch(profile) {
  const { child: shown, display } = startScreen();
  const port = await freePort();
  const env = { ...process.env, DISPLAY: await display, NO_AT_BRIDGE: '1' };
  const child = spawn(driver, [`--port=${port}`, '--host=127.0.0.1'], { stdio: 'ignore', env });
  const end = async () => {
    await killProcesses(profile);
    child.kill('SIGKILL');
    shown.kill('SIGKILL');
  };
  const base = `http://127.0.0.1:${port}`;
  await waitFor('answer from WebKitWebDriver', () => fetch(`${base}/status`).then(({ ok }) => ok, () => false));
  const binary = { binary: python, args: [path.join(import.meta.dirname, 'webkit_window.py'), profile, agent] };
  const { sessionId } = await ask('POST', `${base}/session`, { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': binary } } });
  return new WebKitPage((method, command, body) => ask(method, `${base}/session/${sessionId}${command}`, body), end);
}

async function ask(method, url, body) {
  const { value } = await (await fetch(url, { method, ...(body ? { body: JSON.stringify(body) } : {}) })).json();
  if (value?.error) throw new Error(`${url}: ${value.error} ${value.message}`);
  return value;
}
