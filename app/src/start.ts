/** The engine is asked for first: while it loads, so do the screens. A script of its own, before theirs. */
import { type Spawned, spawnWorker } from './bridge/spawn.ts';

declare global {
  /** Not there where sample data stands in for it: `?fake`, where screens are built. */
  var engine: Spawned | undefined;
}

const isFake = import.meta.env.DEV && new URLSearchParams(location.search).has('fake');
globalThis.engine = isFake ? undefined : spawnWorker();
