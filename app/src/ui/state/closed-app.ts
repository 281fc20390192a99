/**
 * What waits when the app goes to the background is left, sealed, to the service worker, which brings it to the server
 * when there is a connection (OM31), in browsers that do so. The engine says what is in it; whoever brings it, each action
 * is done once. When the app is back, what nobody has taken is taken back.
 */
import { PieceSealer } from '../../bridge/sealing.ts';
import { sealUnsent } from '../outbox/sealed-file.ts';
import { app } from './app.svelte.ts';
import { closed } from './closed-names.ts';
import { call } from './engine.svelte.ts';

interface Syncing {
  sync?: { register(tag: string): Promise<void> };
}

async function worker(): Promise<Syncing['sync'] | undefined> {
  const registration = await navigator.serviceWorker?.getRegistration();
  return registration?.active ? (registration as Syncing).sync : undefined;
}

/** Whether this browser brings what waits while the app is closed: nothing else may be promised. */
export async function bringsWhileClosed(): Promise<boolean> {
  return (await worker()) !== undefined && (await PieceSealer.isPossible());
}

const isHidden = (): boolean => document.visibilityState === 'hidden';

async function leave(): Promise<void> {
  const sync = await worker();
  if (!sync || !app.status?.offline.available || app.status.bar.waiting === 0) return;
  const { file } = await sealUnsent(Date.now(), { closed: true });
  const isLeft = await navigator.locks.request(closed.lock, async () => {
    if (!isHidden()) return false;
    await (await caches.open(closed.cache)).put(closed.file, new Response(file));
    return true;
  });
  if (isLeft) await sync.register(closed.tag);
  else await takeBack();
}

/** Whoever holds the lock is about to send it: then the server may have it. */
async function drop(): Promise<boolean> {
  return navigator.locks.request(closed.lock, { ifAvailable: true }, async (lock) => {
    if (!lock) return true;
    const cache = await caches.open(closed.cache);
    const isTaken = (await cache.match(closed.taken)) !== undefined;
    await cache.delete(closed.file);
    return isTaken;
  });
}

async function takeBack(): Promise<void> {
  const taken = await drop();
  await call('end_saving', { taken });
  if (taken) await (await caches.open(closed.cache)).delete(closed.taken);
}

/** What is left of a person who signs out. */
export async function dropLeft(): Promise<void> {
  if ('caches' in globalThis) await caches.delete(closed.cache);
}

/** One step behind the other: a phone may be put away and taken out within a moment. */
let step: Promise<unknown> = Promise.resolve();

export function watchClosing(): void {
  if (!('caches' in globalThis) || !navigator.locks) return;
  const follow = (): void => {
    step = step.then(isHidden() ? leave : takeBack).catch(() => undefined); // it is sent when the app is open
  };
  document.addEventListener('visibilitychange', follow);
  follow();
}
