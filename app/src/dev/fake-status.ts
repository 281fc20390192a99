/** The states that the sample engine can be put into, and what the screens are told in each. */
import type { EngineError, OutboxItem, SettingsSnapshot, StatusSnapshot } from '../bridge/types.ts';

export interface World {
  connected: boolean;
  cause: StatusSnapshot['connection']['cause'];
  signedIn: boolean;
  ended: EngineError | null;
  offlineAvailable: boolean;
  offlineOn: boolean;
  received: number;
  expected: number;
  completeAt: number | null;
  nextTryAt: number | null;
  bannerClosed: boolean;
  storageFull: boolean;
  desktop: boolean;
}

const minute = 60_000;

export const scenarios: Record<string, (now: number) => Partial<World>> = {
  ready: () => ({}),
  synchronizing: () => ({ received: 18_240, expected: 25_610, completeAt: null }),
  halted: () => ({ connected: false, cause: 'no_network', offlineOn: true, bannerClosed: true }),
  lost: (now) => ({ connected: false, cause: 'no_network', nextTryAt: now + 8000 }),
  unreachable: (now) => ({ connected: false, cause: 'server_unreachable', nextTryAt: now + 8000 }),
  offline: (now) => ({
    connected: false,
    cause: 'no_network',
    offlineOn: true,
    completeAt: now - 47 * minute,
  }),
  'offline-connected': () => ({ offlineOn: true }),
  'offline-early': () => ({
    connected: false,
    cause: 'no_network',
    offlineOn: true,
    received: 18_240,
    expected: 25_610,
    completeAt: null,
  }),
  'signed-out': () => ({ signedIn: false }),
  ended: () => ({ signedIn: false, ended: { code: 'auth.session_expired', params: {} } }),
  'storage-full': () => ({ storageFull: true }),
  'not-granted': () => ({ offlineAvailable: false }),
  'not-granted-lost': (now) => ({
    offlineAvailable: false,
    connected: false,
    cause: 'no_network',
    nextTryAt: now + 8000,
  }),
  desktop: () => ({ desktop: true, offlineAvailable: false }),
};

export function worldOf(scenario: string, now: number): World {
  return {
    connected: true,
    cause: 'none',
    signedIn: true,
    ended: null,
    offlineAvailable: true,
    offlineOn: false,
    received: 25_610,
    expected: 25_610,
    completeAt: now - 2 * minute,
    nextTryAt: null,
    bannerClosed: false,
    storageFull: false,
    desktop: false,
    ...scenarios[scenario]?.(now),
  };
}

export function statusOf(world: World, outbox: OutboxItem[]): StatusSnapshot {
  const waiting = outbox.length;
  const isComplete = world.received >= world.expected;
  const canTurnOn = world.completeAt !== null;
  return {
    connection: {
      state: world.connected ? 'connected' : world.nextTryAt ? 'waiting' : 'connecting',
      cause: world.connected ? 'none' : world.cause,
      error: null,
      next_try_at: world.nextTryAt,
    },
    bar: {
      kind: barOf(world, isComplete),
      received: world.received,
      expected: world.expected,
      seconds_left: isComplete ? null : Math.ceil((world.expected - world.received) / 600),
      complete_at: world.completeAt,
      waiting,
    },
    banner: {
      ...bannerOf(world),
      waiting,
      connected: world.connected && world.offlineOn,
      incomplete: world.offlineOn && !canTurnOn,
    },
    offline: {
      available: world.offlineAvailable,
      on: world.offlineOn,
      can_change: world.offlineOn || canTurnOn,
      pin_required: false,
      reason: world.offlineOn || canTurnOn ? null : 'reason.not_synchronized',
    },
    clock_ahead_ms: 0,
    needs_you: outbox.filter(({ state }) => state === 'needs_you').length,
    storage_low: null,
    uploads: { files: 0, bytes: 0, sent: 0 },
    screens: {
      show_data: world.connected || world.offlineOn,
      accept_input: world.connected || world.offlineOn,
    },
  };
}

function barOf(world: World, isComplete: boolean): StatusSnapshot['bar']['kind'] {
  if (!world.offlineAvailable) return 'hidden';
  if (!world.connected) return 'halted';
  return isComplete ? 'ready' : 'synchronizing';
}

function bannerOf(world: World): Pick<StatusSnapshot['banner'], 'kind' | 'button'> {
  if (world.bannerClosed) return { kind: 'none', button: 'none' };
  if (world.storageFull) return { kind: 'storage_full', button: 'none' };
  if (world.offlineOn) return { kind: 'offline_active', button: 'online_mode' };
  if (world.connected) return { kind: 'none', button: 'none' };
  return { kind: 'no_connection', button: world.offlineAvailable ? 'offline_mode' : 'none' };
}

export function settingsOf(world: World, waiting: number, sent: number): SettingsSnapshot {
  const isComplete = world.received >= world.expected;
  const messages = isComplete ? 24_950 : 17_580;
  const counts: [SettingsSnapshot['kinds'][number]['kind'], number, number][] = [
    ['user', 60, 60],
    ['group', 18, 18],
    ['channel', 214, 214],
    ['form', 14, 14],
    ['element', 5000, 5000],
    ['workflow', 6, 6],
    ['task', 412, 412],
    ['message', messages, 24_950],
    ['attachment', 0, 0],
  ];
  return {
    sending: { waiting, sent, bytes: sent * 412 },
    receiving: {
      received: world.received,
      expected: world.expected,
      bytes: world.received * 180,
      complete: isComplete,
    },
    since: world.completeAt === null ? null : world.completeAt - 96 * minute,
    complete_at: world.completeAt,
    kinds: counts.map(([kind, have, expected]) => ({
      kind,
      have,
      expected,
      percent: expected === 0 ? 100 : Math.floor((have / expected) * 100),
    })),
    repairs: { begun: 0, ended: 0, mismatches: 0, latest: [] },
    entitlement: null,
    storage: { bytes: 61_300_000, persistent: true },
    device: { number: 3, class: world.desktop ? 'desktop' : 'mobile' },
  };
}
