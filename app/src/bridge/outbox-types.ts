/** The part of the contract of types.ts that is about what the person has done, and what became of it. */
import type { DeliveryState, EngineError, FileCard, Id, Intent, Millis, Texts } from './types.ts';

export interface OutboxSnapshot {
  waiting: number;
  sending: number;
  needs_you: number;
  items: OutboxItem[];
  /** What is told until the person has read it: what the server has done otherwise than it was asked for (OM34), and what
   *  is done and behind which a routine has failed (OM28). */
  adjusted: OutboxItem[];
  /** Files whose actions are done, and which the server has not got. */
  uploads: { target: string; file: FileCard }[];
}

/** Something that the person has done, wherever it is shown. */
export interface OutboxItem {
  intent: Id;
  kind: Intent['kind'] | 'answer.submit' | 'task.create' | 'task.attach_answer';
  state: DeliveryState;
  target: string; // name of the channel, or of the group
  channel: Id | null;
  text: string;
  form: Texts | null; // title of the form, for an answer
  files: FileCard[];
  can_discard: boolean;
  failed_routines: FailedRoutine[]; // behind what is done (OM28)
  saved_at: Millis; // device clock
  refusal: Refusal | null; // for needs_you, and for what was done otherwise than asked
}

/** A routine that an action has set off on the server, and why it has failed. */
export interface FailedRoutine {
  name: string;
  error: EngineError;
}

/** What is said of an action that the server has refused: what was asked, what happened instead, what is possible now. */
export interface Refusal {
  error: EngineError;
  situation: string; // of the conflict table; empty: the error says it all
  asked: string | null; // the state that the task should move to
  /** Who was first, and what they did; null: nobody is to be named. */
  happened: {
    by: string;
    mine: boolean;
    at: Millis;
    from: string;
    to: string;
    offline: boolean;
  } | null;
  /** Where the answer is: empty for none. */
  kept: '' | 'nothing' | 'in_channel' | 'as_orphan' | 'in_quarantine' | 'on_device';
  task: { group: Id; task: Id; name: string; serial: number; state: string } | null; // as it is now
  choices: Choosable[]; // best first
}

export type Choosable = 'edit' | 'retry' | 'attach' | 'copy' | 'discard' | 'understood';
