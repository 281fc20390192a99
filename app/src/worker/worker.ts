/**
 * One worker a tab; one of them owns the databases. The owner is whoever holds the Web Lock; the
 * others pass their page's messages to it over a BroadcastChannel. When the owner goes, the lock does,
 * the next worker takes over and every page begins again (docs/decisions/0011-one-owner-tab.md).
 */
import { Owner, type PageCall } from './owner.ts';

const tab = crypto.randomUUID();
const channel = new BroadcastChannel('holdfast');

type Relay =
  | { to: 'owner'; from: string; call: PageCall }
  | { to: string; message: unknown }
  | { to: 'everyone'; restarted: true };

let owner: Owner | null = null;
/** Calls of this page that came before an owner was known to be there. */
let early: PageCall[] | null = [];

function toPage(message: unknown): void {
  self.postMessage(message);
}

function deliver(to: string, message: unknown): void {
  if (to === tab) toPage(message);
  else channel.postMessage({ to, message } satisfies Relay);
}

self.onmessage = (event: MessageEvent<PageCall>) => {
  if (owner) void owner.take(tab, event.data);
  else if (early) early.push(event.data);
  else channel.postMessage({ to: 'owner', from: tab, call: event.data } satisfies Relay);
};

const served = new Set<string>();

channel.onmessage = (event: MessageEvent<Relay>) => {
  const relay = event.data;
  if (relay.to === 'owner' && 'call' in relay) {
    if (!owner) return;
    watch(relay.from);
    void owner.take(relay.from, relay.call);
  } else if (relay.to === tab && 'message' in relay) {
    toPage(relay.message);
  } else if (relay.to === 'everyone') {
    toPage({ restarted: true });
  }
};

/** Every worker holds a lock of its own name for life: when the owner gets it, that tab is gone. */
function watch(other: string): void {
  if (served.has(other)) return;
  served.add(other);
  void navigator.locks.request(tabLock(other), () => {
    served.delete(other);
    owner?.forget(other);
  });
}

function tabLock(name: string): string {
  return `holdfast-tab-${name}`;
}

const forever = new Promise<never>(() => undefined);

/** Sends what came early to whoever owns the databases, in order. */
function releaseEarly(): void {
  const calls = early ?? [];
  early = null;
  for (const call of calls) {
    if (owner) void owner.take(tab, call);
    else channel.postMessage({ to: 'owner', from: tab, call } satisfies Relay);
  }
}

async function run(): Promise<void> {
  await new Promise<void>((resolve) => {
    void navigator.locks.request(tabLock(tab), () => {
      resolve();
      return forever;
    });
  });
  const isFree = await navigator.locks.request('holdfast-owner', { ifAvailable: true }, (lock) => {
    if (!lock) return false;
    becomeOwner(false);
    return forever;
  });
  if (isFree === false) {
    releaseEarly();
    await navigator.locks.request('holdfast-owner', () => {
      becomeOwner(true);
      return forever;
    });
  }
}

function becomeOwner(tookOver: boolean): void {
  owner = new Owner(deliver);
  releaseEarly();
  if (tookOver) toPage({ restarted: true });
  channel.postMessage({ to: 'everyone', restarted: true } satisfies Relay);
}

void run();
