/** A new version of the app: offered, never forced, and begun when nobody is in the middle of something. */
import { t } from '../../i18n/index.svelte.ts';
import { showToast } from './overlays.ts';

/** An app that is never closed asks for a new version as often as this. */
const askEveryMillis = 60 * 60_000;

class Update {
  /** Installed, and waits for the app to be closed or begun anew. */
  waiting = $state.raw<ServiceWorker | null>(null);

  /** Ends in a page of the new version, unless another window has the present one. */
  async apply(): Promise<void> {
    const { waiting } = this;
    if (!waiting) return;
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
      once: true,
    });
    const { port1, port2 } = new MessageChannel();
    const isAlone = new Promise<boolean>((resolve) => {
      port1.onmessage = ({ data }) => resolve(data === true);
    });
    waiting.postMessage('activate', [port2]);
    if (!(await isAlone)) showToast(t('update.other_windows'));
  }
}

export const update = new Update();

function follow(installing: ServiceWorker | null): void {
  installing?.addEventListener('statechange', () => {
    // The first version of all has nothing to wait for.
    const isUpdate = installing.state === 'installed' && navigator.serviceWorker.controller;
    if (isUpdate) update.waiting = installing;
  });
}

export function watchUpdates(registration: ServiceWorkerRegistration): void {
  if (navigator.serviceWorker.controller) update.waiting = registration.waiting;
  follow(registration.installing);
  registration.addEventListener('updatefound', () => follow(registration.installing));
  let askedAt = performance.now();
  document.addEventListener('visibilitychange', () => {
    const now = performance.now();
    if (document.visibilityState !== 'visible' || now - askedAt < askEveryMillis) return;
    askedAt = now;
    void registration.update().catch(() => undefined); // not without a connection
  });
}
