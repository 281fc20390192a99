/**
 * One worker a tab; one of them owns the databases. The owner is whoever holds the Web Lock; the
 * others pass their page's messages to it over a BroadcastChannel. When the owner goes, the lock does,
 * the next worker takes over and every page begins again (docs/decisions/0011-one-owner-tab.md).
 */
import { Owner, type PageCall } from './owner.ts';

const tab = crypto.randomUUID();
const channel = new BroadcastChannel('holdfast');

/** `owner` is the tab that owned the databases when the message was sent: a later one leaves it alone. */
type Relay =
  | { to: 'owner'; from: string; hello: true }
  | { to: 'owner'; from: string; owner: string; call: PageCall }
  | { to: string; message: unknown }
  | { to: string; owner: string; build?: string };

/** Of another build, calls and snapshots may mean something else (docs/decisions/0037-closed-app-and-updates.md). */
const build = __BUILD__;
declare const __BUILD__: string;

let owner: Owner | null = null;
/** The tab that owns the databases; null until this worker has heard from it. */
let ownerTab: string | null = null;
/** Calls of this page that came before an owner was known. */
let early: PageCall[] = [];
/** The tab that owns the databases is of another build: nothing is asked of it. */
let isOther = false;
/** The number of this page's last call. */
let seen = 0;

/** Bytes of a file are handed over, not copied. */
function toPage(message: unknown): void {
  const { bytes } = message as { bytes?: ArrayBuffer };
  self.postMessage(message, bytes ? [bytes] : []);
}

function relay(message: Relay): void {
  channel.postMessage(message);
}

function deliver(to: string, message: unknown): void {
  if (to === tab) toPage(message);
  else relay({ to, message });
}

function pass(call: PageCall): void {
  if (owner) void owner.take(tab, call);
  else if (isOther) toPage({ reply: call.id, error: { code: 'app.other_version', params: {} } });
  else if (ownerTab) relay({ to: 'owner', from: tab, owner: ownerTab, call });
  else early.push(call);
}

self.onmessage = (event: MessageEvent<PageCall>) => {
  seen = Math.max(seen, event.data.id);
  pass(event.data);
};

channel.onmessage = (event: MessageEvent<Relay>) => {
  const heard = event.data;
  if (heard.to === 'owner' && 'from' in heard) {
    if (owner) serve(owner, heard);
  } else if (heard.to === tab || heard.to === 'everyone') {
    if ('owner' in heard && heard.build === build) follow(heard.owner);
    else if ('owner' in heard) refuse();
    else if ('message' in heard) toPage(heard.message);
  }
};

function serve(by: Owner, heard: Extract<Relay, { from: string }>): void {
  watch(heard.from);
  if ('hello' in heard) relay({ to: heard.from, owner: tab, build });
  else if (heard.owner === tab) void by.take(heard.from, heard.call);
}

/** From now on `next` owns the databases; the page begins again if it has dealt with another one. */
function follow(next: string): void {
  if (ownerTab === next) return;
  const isFirst = ownerTab === null;
  ownerTab = next;
  if (!isFirst) toPage({ restarted: true, seen });
  const calls = early;
  early = [];
  calls.forEach(pass);
}

/** The page says so, and begins anew when that tab is gone. */
function refuse(): void {
  isOther = true;
  const calls = early;
  early = [];
  calls.forEach(pass);
}

const served = new Set<string>();

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

async function run(): Promise<void> {
  await new Promise<void>((resolve) => {
    void navigator.locks.request(tabLock(tab), () => {
      resolve();
      return forever;
    });
  });
  const isFree = await navigator.locks.request('holdfast-owner', { ifAvailable: true }, (lock) => {
    if (!lock) return false;
    becomeOwner();
    return forever;
  });
  if (isFree === false) {
    relay({ to: 'owner', from: tab, hello: true });
    await navigator.locks.request('holdfast-owner', () => {
      becomeOwner();
      return forever;
    });
  }
}

/** With this worker everything goes that was read or opened; each window asks for a new one. */
function restart(home: boolean): void {
  const message = { again: { home } };
  relay({ to: 'everyone', message });
  toPage(message);
  self.close();
}

function becomeOwner(): void {
  owner = new Owner({ deliver, restart });
  follow(tab);
  relay({ to: 'everyone', owner: tab, build });
}

void run();
