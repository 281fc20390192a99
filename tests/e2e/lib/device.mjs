// A device without screens: a page that speaks to the app's own worker, as the app's bridge does.
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { root } from './server.mjs';

/** Starts the engine in this page of the server's origin; `device` is then at hand in it. */
export async function startDevice(page, home) {
  await page.goto(new URL('/healthz', home).href);
  const worker = readdirSync(path.join(root, 'app/dist/assets')).find((file) => /^worker-.*\.js$/.test(file));
  await page.evaluate((address) => {
    const engine = new Worker(address, { type: 'module' });
    let next = 1;
    const replies = new Map();
    const pushes = new Map();
    const listeners = new Set();
    engine.onmessage = ({ data }) => {
      if ('push' in data) pushes.set(data.push, data);
      else if ('reply' in data) replies.get(data.reply)?.(data);
      for (const listener of [...listeners]) listener();
    };
    const device = {
      engine,
      post(call, args) {
        const id = next++;
        const answer = new Promise((resolve) => replies.set(id, resolve)).then((reply) => {
          replies.delete(id);
          return reply;
        });
        engine.postMessage({ id, call, args });
        return { id, answer };
      },
      async ask(call, args) {
        const reply = await device.post(call, args).answer;
        if ('error' in reply) throw new Error(`${call}: ${reply.error.code}`);
        return reply.ok;
      },
      subscribe: (query) => device.post('subscribe', query).id,
      close(id) {
        pushes.delete(id);
        return device.ask('unsubscribe', { subscription: id });
      },
      snapshot: (id) => pushes.get(id)?.snapshot,
      /** The first true value of `holds`, which is asked again after every message of the engine. */
      until: (holds) =>
        new Promise((resolve) => {
          const check = () => {
            const value = holds();
            if (!value) return;
            listeners.delete(check);
            resolve(value);
          };
          listeners.add(check);
          check();
        }),
      /** One snapshot that `isEnough`, of a query that is closed again. */
      async look(query, isEnough = () => true) {
        const id = device.subscribe(query);
        const snapshot = await device.until(() => {
          const now = device.snapshot(id);
          return now && isEnough(now) ? now : null;
        });
        await device.close(id);
        return snapshot;
      },
    };
    globalThis.device = device;
  }, `/assets/${worker}`);
  await page.evaluate(() =>
    device.ask('start', {
      mobile_hint: true, coarse_pointer: true, touch_points: 5, screen_width: 390, installed: false,
      online: true, visible: true, locale: 'en', device_name: 'Device of a test',
    }),
  );
}

/** Signs in and waits until everything is on the device. */
export function signInAndSynchronize(page, account) {
  return page.evaluate(async (who) => {
    const status = device.subscribe({ query: 'status' });
    await device.ask('sign_in', who);
    await device.until(() => device.snapshot(status)?.bar.kind === 'ready');
    await device.close(status);
  }, account);
}

/** Every channel that the device shows but those of tasks: its group, its name and all its messages. */
export function readChannels(page) {
  return page.evaluate(async () => {
    const menu = await device.look({ query: 'menu' }, (seen) => seen.complete);
    const found = [];
    for (const { id: group, name, kind } of menu.groups) {
      if (kind === 'workflow') continue;
      const { channels } = await device.look({ query: 'group', group });
      for (const channel of channels) {
        const query = { query: 'messages', channel: channel.id, anchor: 'latest', before: 200, after: 0 };
        const { items, has_before: isCut } = await device.look(query);
        found.push({
          id: channel.id, group: name, name: channel.name, isCut,
          messages: items.map((item) => ({ at: item.at, text: item.text, author: item.author.name })),
        });
      }
    }
    return found;
  });
}
