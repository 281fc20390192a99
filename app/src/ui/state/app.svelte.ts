/** What every screen needs to know: who is here, and how the connection stands. */
import type { EngineError, SessionSnapshot, StatusSnapshot } from '../../bridge/types.ts';
import { currentLanguage } from '../../i18n/index.svelte.ts';
import { call, refusalOf, subscribe } from './engine.svelte.ts';
import { watchClosing } from './closed-app.ts';
import {
  askToKeep,
  describePlatform,
  isUnmetered,
  line,
  storageFree,
  utcOffset,
} from './platform.ts';

/** A first attempt to connect that takes no longer than this, in milliseconds, is not told: most connect within it. */
const quickAttempt = 400;

class AppState {
  session = $state.raw<SessionSnapshot | null>(null);
  status = $state.raw<StatusSnapshot | null>(null);
  /** Whether the first attempt to connect is still a quick one. */
  isSettling = $state(false);
  version = $state('');
  deviceClass = $state<'mobile' | 'desktop'>('mobile');
  failure = $state.raw<EngineError | null>(null);
  /** Set by the layout: three panes side by side. */
  wide = $state(false);
}

export const app = new AppState();

/** The first time that data may stay here, the browser is asked to keep it. */
function takeStatus(status: StatusSnapshot): void {
  if (status.offline.available && !app.status?.offline.available) askToKeep();
  settle(status);
  app.status = status;
}

const isFirstAttempt = (status: StatusSnapshot | null) =>
  status?.connection.state === 'connecting' && status.connection.cause === 'none';
let quickTimer = 0;

function settle(status: StatusSnapshot): void {
  if (isFirstAttempt(status) === isFirstAttempt(app.status)) return;
  clearTimeout(quickTimer);
  app.isSettling = isFirstAttempt(status);
  quickTimer = window.setTimeout(() => (app.isSettling = false), quickAttempt);
}

export async function startApp(): Promise<void> {
  try {
    const starting = call('start', describePlatform(currentLanguage()));
    // The engine takes nothing before `start`; what follows needs not wait for its answer.
    subscribe({ query: 'session' }, (snapshot) => (app.session = snapshot));
    subscribe({ query: 'status' }, takeStatus);
    const started = await starting;
    app.version = started.version;
    app.deviceClass = started.device_class;
  } catch (reason) {
    app.failure = refusalOf(reason);
  }
  const tellPlatform = async () => {
    const free = await storageFree();
    const visible = document.visibilityState === 'visible';
    const now = {
      online: navigator.onLine,
      visible,
      utc_offset_minutes: utcOffset(),
      unmetered: isUnmetered(),
      ...(free !== undefined && { storage_free: Math.floor(free) }),
    };
    await call('platform', now).catch(() => undefined);
  };
  for (const change of ['online', 'offline']) addEventListener(change, () => void tellPlatform());
  document.addEventListener('visibilitychange', () => void tellPlatform());
  line()?.addEventListener('change', () => void tellPlatform());
  void tellPlatform();
  watchClosing();
}
