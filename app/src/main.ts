/** The engine is asked for first: while it loads, so do the screens. */
import { type Spawned, spawnWorker } from './bridge/spawn.ts';
import './ui/tokens.css';
import './ui/base.css';

/** Sample data stands in for the engine where screens are built: `?fake`, never in production. */
async function openEngine(): Promise<Spawned> {
  const isFakeBuild = import.meta.env.MODE === 'fake';
  const mayFake = import.meta.env.DEV || isFakeBuild;
  if (mayFake && (isFakeBuild || new URLSearchParams(location.search).has('fake'))) {
    const { FakeCore } = await import('./dev/fake-core.ts');
    const port = new FakeCore(new URLSearchParams(location.search));
    return { port, failed: new Promise(() => undefined) };
  }
  return spawnWorker();
}

async function main(): Promise<void> {
  const opening = openEngine();
  const { showScreens, watchUpdates } = await import('./ui/screens.ts');
  await showScreens(await opening);
  // Behind the engine: it takes from the browser's cache what has come until then, and stands in nobody's way.
  if (import.meta.env.MODE === 'production' && 'serviceWorker' in navigator) {
    void navigator.serviceWorker.register('/sw.js').then(watchUpdates);
  }
}

void main();
