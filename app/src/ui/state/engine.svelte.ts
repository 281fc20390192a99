/** The one connection of the screens to the engine. */
import {
  type Args,
  type CallName,
  type ClientListener,
  EngineClient,
  EngineRefusal,
  type Result,
  type SnapshotOf,
} from '../../bridge/client.ts';
import type { EnginePort } from '../../bridge/spawn.ts';
import type { EngineError, Query } from '../../bridge/types.ts';
import { errorText } from '../../i18n/index.svelte.ts';
import { showToast } from './overlays.ts';

let client: EngineClient;

export function connectEngine(port: EnginePort, listener: ClientListener): void {
  client = new EngineClient(port, listener);
}

/** `bytes` goes along, and is this page's no longer. */
export function call<N extends CallName>(
  name: N,
  args: Args<N>,
  bytes?: ArrayBuffer,
): Promise<Result<N>> {
  return client.call(name, args, bytes);
}

export function refusalOf(reason: unknown): EngineError {
  if (reason instanceof EngineRefusal) return reason.error;
  return { code: 'app.unexpected', params: {} };
}

/** Makes a call whose refusal is only worth a sentence; tells whether it was accepted. */
export async function attempt<N extends CallName>(name: N, args: Args<N>): Promise<boolean> {
  try {
    await call(name, args);
    return true;
  } catch (reason) {
    showToast(errorText(refusalOf(reason)));
    return false;
  }
}

export function subscribe<Q extends Query>(
  query: Q,
  onSnapshot: (snapshot: SnapshotOf<Q>, blocked: boolean) => void,
): () => void {
  return client.subscribe(query, onSnapshot);
}

export interface Live<S> {
  readonly snapshot: S | null;
  readonly blocked: boolean;
}

/**
 * A live query for the life of the component that calls it. When the query changes, the snapshot of
 * the old one is dropped at once: nothing is ever shown under the wrong heading.
 */
export function live<Q extends Query>(query: () => Q | null): Live<SnapshotOf<Q>> {
  let snapshot = $state.raw<SnapshotOf<Q> | null>(null);
  let blocked = $state(false);
  const key = $derived(JSON.stringify(query()));
  $effect(() => {
    const asked = JSON.parse(key) as Q | null;
    snapshot = null;
    if (!asked) return;
    return subscribe(asked, (next, isBlocked) => {
      snapshot = isBlocked ? null : next;
      blocked = isBlocked;
    });
  });
  return {
    get snapshot() {
      return snapshot;
    },
    get blocked() {
      return blocked;
    },
  };
}
