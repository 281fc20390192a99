/** What stands before the engine: whose store is used, and what opens it. */
import type { DoorSnapshot } from '../../bridge/types.ts';
import { sealWith } from '../../store-key.ts';
import { app } from './app.svelte.ts';

class Door {
  snapshot = $state.raw<DoorSnapshot | null>(null);
  /** performance.now() from which on a PIN is taken. */
  takesPinAt = $state(0);

  get isLocked(): boolean {
    return this.snapshot?.locked != null;
  }

  onDoor(snapshot: DoorSnapshot): void {
    if (snapshot.locked === null && this.snapshot?.drafts == null) sealWith(snapshot.drafts);
    this.takesPinAt = performance.now() + (snapshot.locked?.wait_ms ?? 0);
    this.snapshot = snapshot;
  }

  /** With the page everything goes that it has shown. */
  onAgain(home: boolean): void {
    if (home) history.replaceState(null, '', location.pathname);
    location.reload();
  }
}

export const door = new Door();

/** Whether the terms of Offline Mode ask for a PIN that is not chosen yet. */
export function lacksPin(): boolean {
  const { snapshot } = door;
  return isPinRequired() && snapshot?.keeps === true && !snapshot.locked && !snapshot.pin;
}

/** The one place that says so: the organization's terms for this person. */
function isPinRequired(): boolean {
  return app.status?.offline.pin_required ?? false;
}
