/** Whether one may leave the coverage: the part of the contract of types.ts that says what is missing. */
import type { Texts } from './form-types.ts';
import type { Id } from './types.ts';

/** Rows that are here, of how many; `bytes` are about what is to come. */
export interface ReadyRows {
  have: number;
  expected: number;
  bytes: number;
  whole: boolean;
}

/** `too_large`: they open with a connection only. */
export interface ReadyPictures {
  have: number;
  missing: number;
  bytes: number; // of the missing ones
  too_large: number;
}

/** A channel, or the task that it is of, of which something is not here. */
export interface ReadyPlace {
  id: Id;
  name: string;
  is_task: boolean;
  rows: ReadyRows;
  pictures: ReadyPictures;
}

/** Why a form is not as it is with a connection. */
export type ReadyWhy =
  | { why: 'list'; name: string; have: number; expected: number | null } // that it chooses from
  | { why: 'connection'; label: Texts; required: boolean } // another server has the choices
  | { why: 'form' }; // itself

export interface ReadySnapshot {
  ready: boolean; // nothing that can be here is missing
  can_fetch: boolean;
  rows: ReadyRows; // of all groups
  seconds_left: number | null; // until the rows are here
  pictures: ReadyPictures;
  /** Pictures that are on their way; `full`: there was no room for more. */
  fetching: {
    files: number;
    bytes: number;
    seconds_left: number | null;
    full: boolean;
    room: number;
  };
  groups: {
    id: Id;
    name: string;
    rows: ReadyRows;
    pictures: ReadyPictures;
    missing: ReadyPlace[];
    more: number; // places beyond those
  }[];
  forms: { form: Id; title: Texts; blocked: boolean; why: ReadyWhy[] }[];
}
