/**
 * The part of the contract that comes before the engine: who this phone's stores belong to, and what opens
 * the one that is used (docs/decisions/0036-pin-and-people.md). app/src/worker/door.ts answers these calls.
 */
type Empty = Record<string, never>;

export interface DoorCalls {
  /** Opens the store. Refused with app.pin_wrong (`left`), app.pin_wait (`seconds`) or app.pin_gone. */
  unlock: { args: { pin: string }; result: Empty };
  /**
   * Opens a store of this phone with its person's password, which the server checks; its PIN is forgotten. The
   * app begins again where it is not the one that is used.
   */
  open_with_password: { args: { store: string; password: string }; result: Empty };
  /** Closes the store until its PIN is given. Every window of the app begins again. */
  lock: { args: Empty; result: Empty };
  /** Chooses a PIN; `old` where there is one. Refused with app.not_recoverable before the server was met. */
  set_pin: { args: { pin: string; old: string }; result: Empty };
  remove_pin: { args: { old: string }; result: Empty };
  set_idle: { args: { minutes: number }; result: Empty };
  /**
   * Leaves this store as it is, with what waits in it, and goes to another, or to an empty one (`null`). Without a
   * PIN only the password opens the one that is left. Every window of the app begins again.
   */
  switch_to: { args: { store: string | null }; result: Empty };
  /** Erases a store that is not open, with all that waits in it. Every window of the app begins again. */
  forget: { args: { store: string }; result: Empty };
}

/** How matters stand at the door; comes whenever that changes. */
export interface DoorSnapshot {
  /** What opens the store that is used; null: it is open. */
  locked: {
    by: 'pin' | 'password';
    /** Until the next PIN is taken. */
    wait_ms: number;
  } | null;
  here: PersonHere | null;
  others: PersonHere[];
  /** Null: the store opens by itself. */
  pin: { idle_minutes: number } | null;
  /** Whether this device keeps anything: otherwise there is nothing to lock. */
  keeps: boolean;
  /** Seals what a window keeps of its own. It cannot be exported. */
  drafts: CryptoKey | null;
}

/** A person whose store is on this phone. */
export interface PersonHere {
  store: string;
  user: string;
  name: string;
  email: string;
  initials: string;
  color: string;
  waiting: number;
  /** This device, or this person, may not be used any more: what had been received is erased (OM36). */
  barred: boolean;
}
