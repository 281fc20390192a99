/** What the screen knows of forms: a part of the contract of types.ts. */
import type {
  Id,
  Millis,
  EngineError,
  Permission,
  FileCard,
  FailedRoutine,
  MessageItem,
  OutboxItem,
  DeliveryState,
} from './types.ts';

/** Language → text. The screen takes the reader's, else English, else any. */
export type Texts = Record<string, string>;

export interface FormsSnapshot {
  forms: {
    form: Id;
    title: Texts;
    blocked: string | null; // code: it cannot be sent here and now, said before it is filled in (OM24)
  }[];
  drafts: DraftCard[]; // of this channel, newest first
  send: Permission;
}

export interface DraftCard {
  draft: number;
  channel: { id: Id; name: string };
  /** What it does to a task; `name`: of the task that it is about or begins one inside of, empty where there is none. */
  task: { group: string; name: string; begins: boolean } | null;
  title: Texts; // empty while the form is not on this device
  changed_at: Millis; // device clock
}

export interface FillingSnapshot {
  filling: {
    title: Texts;
    channel: { id: Id; name: string };
    /** What it does to a task; `task` null: begins one; `target` empty: its routines decide. */
    task: { group: Id; task: Id | null; target: string } | null;
    runs_routine: boolean; // what follows is a routine's: it runs on the server (OM28)
    outdated: boolean; // another version is filled in now; this one goes on
    send: Permission;
    components: FillingComponent[];
    files: FileCard[]; // that were attached to it; answers name them
    verdict: FillingVerdict;
  } | null; // sent or discarded, or its form is not on this device
}

export interface FillingVerdict {
  can_submit: boolean;
  trouble: EngineError | null; // of the form as a whole
  blocked: string[]; // components that nobody can answer here and now
  wrong: string[]; // displayed components that have a trouble, in the order of the form
  required: number; // displayed components that are required, and those of them that are right
  answered: number;
}

export interface FillingComponent {
  path: string; // inside a repetition of a form "parts/0/name"
  kind: ComponentKind;
  label: Texts;
  help: Texts;
  required: boolean;
  visible: boolean;
  enabled: boolean;
  why: string | null; // code: why it takes no input
  trouble: EngineError | null;
  input: ComponentInput;
  value: AnswerValue;
  names: string[]; // of what was chosen: elements, people, choices of another server
  parts: PartForm[]; // of forms inside: one a repetition
}

/** A form inside a form. */
export interface PartForm {
  form: string; // code
  title: Texts;
}

export type ComponentKind =
  | 'text'
  | 'written'
  | 'list'
  | 'collection'
  | 'users'
  | 'api'
  | 'rating'
  | 'date'
  | 'location'
  | 'camera'
  | 'attachment'
  | 'signature'
  | 'nested';

/** What a component asks for; which of these are there follows from its kind. */
export interface ComponentInput {
  input?: 'short' | 'long' | 'number';
  scan?: 'also' | 'only' | null; // a written answer may be read from a QR code
  min?: string | number | null;
  max?: string | number | null;
  items?: { value: string; label: Texts }[];
  levels?: string[]; // names of the collections, from the first to the one that is chosen from
  time?: boolean;
  zone?: string; // empty: where the person is
  earliest?: string | null; // day
  latest?: string | null;
  source?: 'any' | 'camera' | 'gallery';
  side_max?: number; // pixels that a picture is scaled to; 0: as the app does
  types?: string[]; // content types
  forms?: PartForm[]; // that may be added
}

export interface DateValue {
  date: string;
  time?: string;
  offset?: number;
  chosen?: Millis;
}

export interface PlaceValue {
  lat_e7: number;
  lng_e7: number;
  accuracy_m?: number;
}

/** A choice that another server had, with the words that the person saw. */
export interface ApiPick {
  code: string;
  label: string;
}

export type AnswerValue = string | number | string[] | ApiPick[] | DateValue | PlaceValue | null;

export interface Choice {
  id: Id; // of a choice that another server had, its code
  code: string; // of a person the job
  name: string;
}

export interface AnswerLine {
  path: string;
  kind: ComponentKind;
  label: Texts;
  input: { max?: number; levels?: number }; // of a rating; of a choice from a collection
  value: AnswerValue;
  names: string[]; // of chosen elements or people
  files: FileCard[] | null; // of a camera, an attachment, a signature
  items: Texts[]; // of chosen items
  parts: { title: Texts; lines: AnswerLine[] }[]; // of forms inside, in an answer that is read; `value` is how many
}

export interface AnswerSnapshot {
  answer: {
    title: Texts;
    author: MessageItem['author'];
    sent_at: Millis; // by the clock of the device that sent it
    lines: AnswerLine[];
    aside: string[]; // paths of what the version that it was brought into does not ask for
    state: DeliveryState;
    failed_routines: FailedRoutine[]; // where it was sent from this device
    refused: OutboxItem | null;
  } | null; // not on this device
}
