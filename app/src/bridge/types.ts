/**
 * The contract between the screen and the engine.
 *
 * The engine (C++ compiled to WebAssembly, in a worker) decides everything; the screen shows
 * snapshots and sends calls. All messages are JSON. Ids are decimal strings (64 bits do not fit a
 * JavaScript number). Times are Unix milliseconds of the server's clock unless a name says otherwise.
 * docs/internals/engine-api.md explains the order of messages; client/engine/api builds them.
 */
import type {
  AnswerLine,
  AnswerSnapshot,
  AnswerValue,
  Choice,
  DraftCard,
  FillingComponent,
  FillingSnapshot,
  FillingVerdict,
  FormsSnapshot,
} from './form-types.ts';

export type * from './form-types.ts';

import type { DoorCalls } from './door-types.ts';

export type * from './door-types.ts';

import type { TaskPatch, TaskRole, TaskSnapshot, TasksSnapshot, TasksView, TasksWindow } from './task-types.ts';

export type * from './task-types.ts';

import type { ReadySnapshot } from './ready-types.ts';

export type * from './ready-types.ts';

import type { ChannelSnapshot, Gist, MessagesSnapshot } from './channel-types.ts';

export type * from './channel-types.ts';

import type { OutboxSnapshot } from './outbox-types.ts';

export type * from './outbox-types.ts';

export type Id = string;
export type Millis = number;

/** A stable code of spec/errors.toml; the sentence comes from the catalogue (`error.<code>`). */
export interface EngineError {
  code: string;
  params: Record<string, string | number>;
}

// ---------------------------------------------------------------- screen → engine

export interface Calls extends DoorCalls {
  /** First call. Gives the platform's own signals, from which the engine decides the device class (OM15). */
  start: { args: Platform; result: { version: string; signed_in: boolean; device_class: 'mobile' | 'desktop' } };
  sign_in: { args: { email: string; password: string }; result: { user: Id } };
  /** Refused with `outbox.not_empty` while work waits, unless `discard` is true. */
  sign_out: { args: { discard: boolean }; result: Empty };
  change_password: { args: { old_password: string; new_password: string }; result: Empty };
  /** Stores an intent. The answer comes when it is durable on this device ("saved on this phone"). */
  submit: { args: Intent; result: { intent: Id } };
  /** Begins a form in a channel. The number is that of its draft, which is on the disk from the first answer on. */
  open_form: { args: { form: Id } & FormPlace; result: { draft: number } };
  /**
   * Takes an answer (`null`: none) and keeps it on this device before it replies with what has changed. Also while
   * screens take no input: what is typed is never lost.
   */
  set_answer: {
    args: { draft: number; path: string; value: AnswerValue };
    result: { changed: FillingComponent[]; verdict: FillingVerdict };
  };
  /** Adds an empty repetition of a form inside; `path` is the component's. Kept and judged as an answer is. */
  add_part: {
    args: { draft: number; path: string; form: string };
    result: { components: FillingComponent[]; verdict: FillingVerdict };
  };
  /** Removes the repetition at `path` ("parts/0"); those behind it move up. */
  remove_part: {
    args: { draft: number; path: string };
    result: { components: FillingComponent[]; verdict: FillingVerdict };
  };
  /** Puts the repetition at `path` at another place among the others, which move by one. */
  move_part: {
    args: { draft: number; path: string; to: number };
    result: { components: FillingComponent[]; verdict: FillingVerdict };
  };
  /**
   * What may be chosen in a component, best first. `level` counts from 0. Where another server has the choices it is
   * asked, from two letters on: not without a connection.
   */
  search_choices: {
    args: { draft: number; path: string; level: number; text: string };
    result: { items: Choice[]; more: boolean };
  };
  /** Makes the action of a draft: both are on the disk, or neither. A refusal names the `component`. */
  submit_form: { args: { draft: number }; result: { intent: Id } };
  /** What would be sent now, as those who get it will read it; `files` are empty: the draft has them. */
  review_form: { args: { draft: number }; result: { lines: AnswerLine[]; verdict: FillingVerdict } };
  discard_draft: { args: { draft: number }; result: Empty };
  /** Takes a refused answer out of the outbox and goes on with it as a draft. */
  reopen_answer: { args: { intent: Id }; result: { draft: number } };
  /** Adds the answer of a refused action to its task, as late evidence, and takes the action out of the outbox (OM34). */
  attach_answer: { args: { intent: Id }; result: { intent: Id } };
  /** Begins to attach a file to the message that is being written in a channel, or to a form. Its bytes follow. */
  begin_file: {
    args: { name: string; bytes: number; thumbnail: string } & ({ channel: Id } | { draft: number });
    result: { file: Id };
  };
  /** The next bytes (512 KiB at most) go along. When none are missing the file is on this device, for good. */
  add_bytes: { args: { file: Id }; result: { missing: number } };
  /** Bytes of a file that is on this device, as many as one answer takes. */
  read_file: { args: { file: Id; at: number }; result: { type: string; bytes: number; data: ArrayBuffer } };
  /** Takes away a file that is not sent yet, or gives up one that the server has refused. */
  drop_file: { args: { file: Id }; result: Empty };
  /** Has a refused file sent again. */
  retry_file: { args: { file: Id }; result: Empty };
  /** An address that opens a file for some minutes. */
  link_file: { args: { channel: Id; file: Id }; result: { url: string; expires_in_ms: Millis } };
  /** Gets the next messages that are older than what this phone keeps, to be read and not kept: `MessagesSnapshot.older`. */
  show_older: { args: { channel: Id }; result: Empty };
  /**
   * Fetches the pictures that are missing in a group, or in all ('0'), while there is room: for a time without a
   * connection. How far that is says the query `ready`.
   */
  fetch_files: { args: { group: Id }; result: Empty };
  /**
   * Begins to save what waits to a file that only the organization's server can open; `data` is how it begins. From
   * then on nothing of it can be taken back. A newer saving takes the place of an older one. With `closed` it is
   * brought by the browser while the app is closed: it holds few files, and `end_saving` says what became of it.
   */
  begin_saving: {
    args: { closed?: boolean };
    result: {
      saving: number;
      key: string; // the server's, standard base64
      actions: number;
      files: number;
      file_bytes: number;
      left_out: number; // files for which there is no room: they go with the phone itself
      data: ArrayBuffer;
    };
  };
  /** The next piece of the file, to be sealed; the last one is sealed as such. */
  read_saving: { args: { saving: number }; result: { last: boolean; data: ArrayBuffer } };
  /** The file of a `closed` saving was taken; or it is gone, nobody had it, and what was in it can be taken back again. */
  end_saving: { args: { taken: boolean }; result: Empty };
  /** Sends a refused item again, or gives it up. */
  retry: { args: { intent: Id }; result: Empty };
  discard: { args: { intent: Id }; result: Empty };
  /** The person has read how an action was done otherwise than asked. */
  acknowledge: { args: { intent: Id }; result: Empty };
  set_offline_mode: { args: { on: boolean }; result: Empty };
  dismiss_banner: { args: Empty; result: Empty };
  /** Ends the wait between two tries to connect. */
  try_now: { args: Empty; result: Empty };
  /** Hints of the platform: they speed things up, nothing depends on them. */
  platform: {
    args: {
      online: boolean;
      visible: boolean;
      utc_offset_minutes: number;
      storage_free?: number; // bytes, as the browser estimates
      unmetered?: boolean; // nobody pays by the byte: the newest pictures may come without being asked for
    };
    result: Empty;
  };
  /** Opens a live query; snapshots come as `push` messages with this call's id. */
  subscribe: { args: Query; result: Empty };
  unsubscribe: { args: { subscription: number }; result: Empty };
}

export type Empty = Record<string, never>;

/** Where a form is an answer, or what it does: it begins a task of a workflow, or moves a task. */
export type FormPlace =
  | { channel: Id }
  /** `task`: the one of which a subtask begins. */
  | { group: Id; workflow: string; task?: Id }
  | { group: Id; task: Id; target: string };

export interface Platform {
  mobile_hint: boolean; // navigator.userAgentData.mobile, or the user agent's own word
  coarse_pointer: boolean; // matchMedia('(pointer: coarse)')
  touch_points: number; // navigator.maxTouchPoints
  screen_width: number; // CSS pixels, the shorter side of the screen
  installed: boolean; // display-mode: standalone
  online: boolean;
  visible: boolean;
  locale: string; // BCP 47
  device_name: string; // "Android · Chromium": what the administrator's device list shows
  utc_offset_minutes: number; // of the clock on the wall here: -240
}

export type Intent =
  | { kind: 'message.post'; args: { channel: Id; text: string; reply_to: Id[]; files?: Id[] } }
  | { kind: 'message.react'; args: { channel: Id; message: Id; emoji: string; on: boolean } }
  | { kind: 'message.delete'; args: { channel: Id; message: Id } }
  | { kind: 'channel.read'; args: { channel: Id; message: Id } }
  | { kind: 'channel.create'; args: { group: Id; name: string; private: boolean; members: Id[] } }
  | { kind: 'channel.rename'; args: { channel: Id; name: string } }
  | { kind: 'channel.add_member'; args: { channel: Id; user: Id } }
  | { kind: 'channel.remove_member'; args: { channel: Id; user: Id } }
  | { kind: 'profile.update'; args: { name: string; last_name: string; phone: string } }
  | {
      kind: 'task.change_state';
      args: { group: Id; task: Id; target: string; base_state: string; base_version: number };
    }
  /** Members that are absent stay as they are; a day of 0 is none. */
  | { kind: 'task.edit'; args: { group: Id; task: Id; patch: TaskPatch } }
  | { kind: 'task.set_role'; args: { group: Id; task: Id; user: Id; role: TaskRole | 'none' } }
  /** Without `view` a new one, with the id of the intent. */
  | { kind: 'view.save'; args: { group: Id; view?: Id; shared: boolean; definition: TasksView } }
  | { kind: 'view.delete'; args: { group: Id; view: Id } }
  | { kind: 'entitlement.request'; args: { reason: string } };

export type Query =
  | { query: 'session' }
  | { query: 'status' }
  | { query: 'menu' }
  /** Without its channels where they are not on the screen: a group of tasks has one for each. */
  | { query: 'group'; group: Id; channels: boolean }
  | { query: 'channel'; channel: Id }
  | { query: 'messages'; channel: Id; anchor: Anchor; before: number; after: number }
  | { query: 'people' }
  | { query: 'outbox' }
  | { query: 'settings' }
  | { query: 'search'; text: string }
  | { query: 'forms'; channel: Id }
  | { query: 'drafts' }
  | { query: 'filling'; draft: number }
  | { query: 'answer'; channel: Id; answer: Id }
  | ({ query: 'tasks'; group: Id } & TasksWindow)
  | { query: 'task'; group: Id; task: Id }
  /** Of one group, or of all. */
  | { query: 'ready'; group?: Id };

/** Where the window of messages stands. `unread` = the first unread message, or the latest if none is. */
export type Anchor = 'latest' | 'unread' | { sort: number; id: Id };

// ---------------------------------------------------------------- engine → screen

export type EngineMessage =
  | { reply: number; ok: unknown; bytes?: ArrayBuffer }
  | { reply: number; error: EngineError }
  /** `snapshot` replaces the one before; `blocked` says that the screen may not show data now (OM20). */
  | { push: number; snapshot: unknown; blocked: boolean };

export interface Snapshots {
  session: SessionSnapshot;
  status: StatusSnapshot;
  menu: MenuSnapshot;
  group: GroupSnapshot;
  channel: ChannelSnapshot;
  messages: MessagesSnapshot;
  people: PeopleSnapshot;
  outbox: OutboxSnapshot;
  settings: SettingsSnapshot;
  search: SearchSnapshot;
  forms: FormsSnapshot;
  drafts: { drafts: DraftCard[] };
  filling: FillingSnapshot;
  answer: AnswerSnapshot;
  tasks: TasksSnapshot;
  task: TaskSnapshot;
  ready: ReadySnapshot;
}

export interface SessionSnapshot {
  signed_in: boolean;
  /** The session ended by itself (expired, revoked): the person signs in again and the outbox goes on. */
  ended: EngineError | null;
  user: PersonCard | null;
  organization: { id: Id; name: string } | null;
  permissions: string[];
}

export interface PersonCard {
  id: Id;
  name: string;
  last_name: string;
  email: string;
  phone: string;
  job: string;
  initials: string;
  color: string; // #rrggbb, stable for the person, dark enough for white text
  presence: Presence;
}

/** `unknown` whenever this device has no contact with the server: nobody is shown as online then. */
export type Presence = 'online' | 'away' | 'offline' | 'unknown';

/** core/offline: connection × synchronization × switch × entitlement, already decided. */
export interface StatusSnapshot {
  connection: {
    state: 'connected' | 'connecting' | 'waiting' | 'stopped';
    /** Why not connected: four causes, four wordings. */
    cause: 'none' | 'no_network' | 'server_unreachable' | 'signed_out' | 'refused';
    error: EngineError | null; // for `refused`
    next_try_at: Millis | null; // device clock
  };
  bar: {
    kind: 'hidden' | 'synchronizing' | 'ready' | 'halted';
    received: number; // records, monotone within one synchronization
    expected: number;
    seconds_left: number | null;
    complete_at: Millis | null; // last complete synchronization
    waiting: number; // actions not yet confirmed
  };
  banner: {
    kind:
      | 'none'
      | 'no_connection'
      | 'offline_active'
      | 'storage_full'
      | 'signed_out'
      | 'read_only' // what waits could not be taken over by this version: it is shown, and can be saved (OM38)
      | 'too_long_offline' // longer without contact than the organization allows: connect once (OM14)
      | 'withdrawn'; // Offline Mode was taken away: what was kept here is deleted (OM14)
    button: 'none' | 'offline_mode' | 'online_mode' | 'sign_in';
    waiting: number;
    connected: boolean; // Offline Mode is on although the server answers
    incomplete: boolean; // Offline Mode was turned on before synchronization had completed (OM16)
  };
  offline: {
    available: boolean; // entitled and on a mobile device: otherwise nothing is shown (OM14, OM15)
    on: boolean;
    can_change: boolean;
    /** Key of the catalogue: why the switch is disabled, or why there is none although it is granted. */
    reason: string | null;
    pin_required: boolean; // by the terms (OM39)
  };
  needs_you: number; // actions and files that were refused, actions of which something is told
  storage_low: number | null; // bytes that are left, where that is little
  clock_ahead_ms: number; // of this device, against the server's; 0: nobody would notice
  /** Files whose actions are done: how much of them the server has. */
  uploads: { files: number; bytes: number; sent: number };
  screens: {
    show_data: boolean; // false: "Trying to connect…" (OM20)
    accept_input: boolean;
  };
}

export interface MenuSnapshot {
  groups: MenuGroup[];
  complete: boolean; // false while the first synchronization still brings groups
}

export interface MenuGroup {
  id: Id;
  name: string;
  kind: 'standard' | 'workflow' | 'link' | 'category';
  icon: string; // an ionicons name
  color: string;
  unread: number;
  url: string | null; // link groups
  available: boolean; // false: not possible now, e.g. a link without connection (OM30)
  children: MenuGroup[]; // of a category
}

export interface GroupSnapshot {
  group: { id: Id; name: string; kind: MenuGroup['kind']; icon: string; color: string } | null; // null: no longer visible
  subgroups: MenuGroup[];
  channels: ChannelCard[];
  create_channel: Permission;
  complete: boolean;
}

export interface ChannelCard {
  id: Id;
  name: string;
  private: boolean;
  unread: number;
  last: ({ author: string; at: Millis; waiting: boolean; system: boolean } & Gist) | null;
}

/** Whether something may be done now; `reason` is a key of the catalogue. */
export interface Permission {
  allowed: boolean;
  reason: string | null;
}

export interface PeopleSnapshot {
  people: PersonCard[];
}

export interface SettingsSnapshot {
  sending: { waiting: number; sent: number; bytes: number };
  receiving: { received: number; expected: number; bytes: number; complete: boolean };
  /** The device was last online until then (device clock); null while it has always been. */
  since: Millis | null;
  complete_at: Millis | null;
  /** `expected` is null while only the server knows it. */
  kinds: { kind: DataKind; have: number; expected: number | null; percent: number }[];
  /** Buckets that differed from the server's and were mended, since the installation (OM6). */
  repairs: { begun: number; ended: number; mismatches: number; latest: Repair[] };
  /** What the organization has of Offline Mode; null for whoever is no administrator (OM14). */
  entitlement: EntitlementCard | null;
  storage: { bytes: number; persistent: boolean };
  device: { number: number; class: 'mobile' | 'desktop' };
}

/** Of the numbers, null: no limit of its own. */
export interface EntitlementCard {
  state: 'none' | 'requested' | 'granted' | 'withdrawn';
  request_reason: string; // of the last request
  requested_at: Millis | null; // server clock
  decided_at: Millis | null; // server clock
  groups: number | null; // that phones are served; null: all
  attachment_bytes_max: number | null;
  devices_max: number | null; // phones of one person
  offline_days_max: number | null; // without contact
  history_days: number | null; // that messages stay on phones
  pin_required: boolean;
  allow_messages: boolean;
  automatic: boolean;
  revoked_may_deliver: boolean; // what a revoked phone saved to a file is taken (OM36)
  request: Permission;
}

/** What one repair found and did; the newest first, at most 20. */
export interface Repair {
  at: Millis; // device clock
  kind: DataKind;
  /** Another sum; a server that was restored from a backup; away for too long. */
  cause: 'sum' | 'history' | 'horizon' | 'unknown';
  rounds: number;
  bytes: number;
  fetched: number; // rows
  added: number;
  changed: number;
  removed: number;
  own_removed: number; // of `removed`: what this device had made
}

export type DataKind = 'user' | 'group' | 'channel' | 'form' | 'element' | 'workflow' | 'task' | 'message' | 'attachment';

export interface SearchSnapshot {
  groups: MenuGroup[];
  channels: (ChannelCard & { group: string })[];
  people: PersonCard[];
  messages: { id: Id; sort: number; channel: Id; channel_name: string; author: string; text: string; at: Millis }[];
}
