// Debian's Firefox, driven by WebDriver BiDi, which it speaks itself. As a phone, with a profile folder that
// is kept between launches.
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { PlainPage } from './plain-page.mjs';
import { killProcesses } from './processes.mjs';

const executable = process.env.HOLDFAST_FIREFOX ?? '/usr/bin/firefox-esr';
const startMillis = 30_000;

export const missing = () => (existsSync(executable) ? null : 'there is no Firefox here: firefox-esr');

/** A phone: how it names itself, a finger, five of them; and nothing in the way after it was killed. */
const preferences = {
  'general.useragent.override': 'Mozilla/5.0 (Android 15; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0',
  'ui.primaryPointerCapabilities': 1,
  'ui.allPointerCapabilities': 1,
  'dom.maxtouchpoints.testing.value': 5,
  'browser.sessionstore.resume_from_crash': false,
  'toolkit.startup.max_resumed_crashes': -1,
  'intl.accept_languages': 'en-US',
};

class FirefoxPage extends PlainPage {
  #ask;
  #context;
  #profile;

  constructor(ask, context, profile) {
    super();
    this.#ask = ask;
    this.#context = context;
    this.#profile = profile;
  }

  goto(url) {
    return this.#ask('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  async evaluate(work, ...args) {
    const { result, exceptionDetails } = await this.#ask('script.callFunction', {
      functionDeclaration: `async (...args) => JSON.stringify(await (${work})(...args.map((each) => JSON.parse(each))))`,
      arguments: args.map((value) => ({ type: 'string', value: JSON.stringify(value) })),
      target: { context: this.#context },
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value === undefined ? undefined : JSON.parse(result.value);
  }

  act(actions) {
    return this.#ask('input.performActions', { context: this.#context, actions });
  }

  async picture() {
    const { data } = await this.#ask('browsingContext.captureScreenshot', { context: this.#context });
    return Buffer.from(data, 'base64');
  }

  kill() {
    return killProcesses(this.#profile);
  }
}

export async function launch(profile) {
  const lines = Object.entries(preferences).map((each) => `user_pref(${each.map((part) => JSON.stringify(part)).join(', ')});`);
  writeFileSync(path.join(profile, 'user.js'), lines.join('\n'));
  const size = ['--width=412', '--height=915'];
  const child = spawn(executable, ['--headless', '--no-remote', '--profile', profile, ...size, '--remote-debugging-port=0', 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ask = await connect(`${await addressOf(child)}/session`);
  await ask('session.new', { capabilities: {} });
  const { contexts } = await ask('browsingContext.getTree', {});
  return new FirefoxPage(ask, contexts[0].context, profile);
}

/** Where it listens: it says so itself. */
function addressOf(child) {
  return new Promise((resolve, reject) => {
    let log = '';
    const fail = () => reject(new Error(`Firefox does not start:\n${log}`));
    const timer = setTimeout(fail, startMillis);
    child.on('exit', fail);
    child.stderr.on('data', (chunk) => {
      log += chunk;
      const said = /WebDriver BiDi listening on (ws:\S+)/.exec(log);
      if (!said) return;
      clearTimeout(timer);
      resolve(said[1]);
    });
  });
}

/** Returns what sends a command and gives its result. Everything that is asked of one that was killed is refused. */
async function connect(address) {
  const socket = new WebSocket(address);
  const asked = new Map();
  let next = 1;
  socket.onmessage = ({ data }) => {
    const { id, type, result, message } = JSON.parse(data);
    const waiting = asked.get(id);
    asked.delete(id);
    if (type === 'error') waiting?.reject(new Error(message));
    else waiting?.resolve(result);
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`nobody answers at ${address}`));
  });
  socket.onclose = () => asked.forEach(({ reject }) => reject(new Error('Firefox has ended')));
  return (method, params) =>
    new Promise((resolve, reject) => {
      const id = next++;
      asked.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, method, params }));
    });
}
