/** The screens, upon the engine that start.ts has asked for. */
import type { Spawned } from './bridge/spawn.ts';
import './ui/tokens.css';
import './ui/base.css';
import { showScreens, watchUpdates } from './ui/screens.ts';

async function openEngine(): Promise<Spawned> {
  if (globalThis.engine) return globalThis.engine;
  if (import.meta.env.MODE === 'production') throw new Error('the engine was not started');
  const { FakeCore } = await import('./dev/fake-core.ts');
  const port = new FakeCore(new URLSearchParams(location.search));
  return { port, failed: new Promise(() => undefined) };
}

async function main(): Promise<void> {
  await showScreens(await openEngine());
  // Behind the engine: it takes from the browser's cache what has come until then, and stands in nobody's way.
  if (import.meta.env.MODE === 'production' && 'serviceWorker' in navigator) {
    void navigator.serviceWorker.register('/sw.js').then(watchUpdates);
  }
}

void main();
