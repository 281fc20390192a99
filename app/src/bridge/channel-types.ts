/** The part of the contract of types.ts that is about channels, their messages and the files in them. */
import type {
  AnswerLine,
  EngineError,
  Id,
  Millis,
  Permission,
  PersonCard,
  Texts,
} from './types.ts';

export interface ChannelSnapshot {
  channel: { id: Id; name: string; private: boolean; group: { id: Id; name: string } } | null; // null: no longer visible
  members: PersonCard[];
  attached: FileCard[]; // to the message that is being written
  commands: CommandCard[]; // that the person may give here, the channel's own first
  write: Permission;
  manage: Permission; // rename, add and remove people
}

/** A message "/COMMAND …" begins a routine on the server. */
export interface CommandCard {
  command: string;
  name: string; // what it does; may be empty
  hint: string; // what is written behind it; may be empty
}

export interface MessagesSnapshot {
  items: MessageItem[]; // oldest first; waiting ones last
  has_before: boolean;
  has_after: boolean;
  unread_from: Id | null; // first unread message when the channel was opened: the "new" line stands above it
  complete: boolean; // false: older history is still arriving
  older: OlderMessages | null; // at the beginning of all that is here, on a phone with a history window
  total: number; // of the channel on this device: messages, and the answers that some of them are
}

/** What is older than a phone keeps is on the server. */
export interface OlderMessages {
  kept_since: Millis; // the beginning of the history window
  state: 'server' | 'loading' | 'failed' | 'offline' | 'full'; // `server`: it can be asked for
  shown: number; // messages that came so far
}

export interface MessageItem {
  id: Id;
  sort: number;
  kind: 'text' | 'system' | 'deleted' | 'form';
  author: { id: Id; name: string; initials: string; color: string };
  mine: boolean;
  text: string; // of a system message: its English sentence, for keys that the catalogue does not have
  system: { key: string; params: Record<string, string> } | null; // `system.<key>` in the catalogue
  at: Millis;
  reply_to: ({ id: Id; author: string } & Gist)[]; // first three lines of each
  reactions: { emoji: string; count: number; mine: boolean; waiting: boolean; names: string[] }[];
  state: DeliveryState;
  intent: Id | null; // the waiting intent behind it
  by_routine: boolean; // it waits, and what follows is a routine's: it runs on the server (OM28)
  error: EngineError | null; // for needs_you
  can_delete: boolean;
  form: { title: Texts; lines: AnswerLine[] } | null; // of an answer: its first lines
  files: FileCard[];
}

/** A message where there is room for a few words. */
export interface Gist {
  kind: 'text' | 'form' | 'deleted' | 'away'; // `away`: it is not on this device
  text: string; // what it says, or how its first file is called; of a form, what the message calls it
  title: Texts | null; // of a form; empty where the form is not here
}

export type DeliveryState = 'saved' | 'sending' | 'done' | 'needs_you';

/** A picture, a document or a signature. */
export interface FileCard {
  id: Id;
  channel: Id;
  name: string; // empty while nothing but its id is here
  type: string;
  bytes: number;
  width: number; // of a picture, in pixels
  height: number;
  thumbnail: string; // base64 of a small picture, or empty
  /** `coming`: somebody else's device has not sent it yet. */
  state: DeliveryState | 'coming';
  sent: number; // bytes that the server has
  on_device: boolean; // read_file gives it
  error: EngineError | null; // for needs_you
}
