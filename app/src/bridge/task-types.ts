/** The part of the contract of types.ts that is about tasks and their views. */
import type {
  DeliveryState,
  EngineError,
  FileCard,
  Id,
  MessageItem,
  Millis,
  OutboxItem,
  Texts,
} from './types.ts';

/** What of a group of tasks is on the screen. */
export interface TasksWindow {
  /** `null`: as the group's authors want it. */
  view: TasksView | null;
  /** By the key of a group: from which task on, and how many. 600 cards of one snapshot at most. */
  windows: Record<string, [from: number, count: number]>;
  rows: number; // of each group that has no window
  month: string; // of a calendar: "2026-11"; empty: all days
}

export type Author = MessageItem['author'];

export type TaskRole = 'visibility' | 'follower' | 'editor' | 'assignee';

/** What a person changes of what a task says of itself. */
export interface TaskPatch {
  name?: string;
  info?: string;
  start_date?: Millis;
  end_date?: Millis;
  active?: boolean; // false: cancels it
}

export interface TaskState {
  code: string;
  name: string;
  kind: 'new' | 'in_progress' | 'closed';
  color: string; // #rrggbb, or empty
}

/** What the person has done and the server has not confirmed, one action a task (OM27), or has refused. */
export interface TaskWaiting {
  intent: Id;
  kind: string; // "start_form": the task itself waits
  state: DeliveryState;
  by_routine: boolean; // what follows is a routine's: it runs on the server (OM28)
}

export interface TaskFacts {
  id: Id;
  serial: number; // 0: the server has not given one yet
  name: string;
  state: string;
  state_at: Millis;
  start_date: Millis; // 0: none, as for the others
  end_date: Millis;
  assignee: Author | null;
  unread: number;
  waiting: TaskWaiting | null;
}

export interface TaskCard extends TaskFacts {
  state_name: string;
  color: string; // of the state: #rrggbb, or empty
}

export type TaskLayout = 'list' | 'board' | 'table' | 'calendar';

/** What tasks are filtered, ordered and grouped by. */
export type TaskField =
  | 'name'
  | 'serial'
  | 'state'
  | 'status1'
  | 'status2'
  | 'status3'
  | 'status4'
  | 'status5'
  | 'assignee'
  | 'created_by'
  | 'asset'
  | 'start_date'
  | 'end_date'
  | 'closed_at'
  | 'state_at'
  | 'estimated_days'
  | 'waiting'
  | 'member'; // people with a role; for filters

export type TaskTest =
  'any_of' | 'none_of' | 'contains' | 'at_least' | 'at_most' | 'is_empty' | 'is_not_empty';

export interface TaskFilter {
  field: TaskField;
  test: TaskTest;
  values?: string[]; // ids and numbers in decimal; "me": who looks
}

/** Up to three of each; without a group by state, without an order the newest changes first. */
export interface TasksView {
  name?: string;
  layout?: TaskLayout; // absent: a list
  match_any?: boolean; // one filter is enough
  filters?: TaskFilter[];
  orders?: { field: TaskField; descending?: boolean }[];
  groups?: { field: TaskField }[];
  show_closed?: boolean; // also those that the group hides some days after they were closed
  day?: TaskField; // of a calendar; absent: end_date
}

/** A view that was saved under a name: its person's alone, or the group's. */
export interface SavedView {
  id: Id;
  name: string;
  shared: boolean;
  changeable: boolean;
  deletable: boolean;
  view: TasksView; // with its name
}

export interface TaskWorkflow {
  code: string;
  name: string;
  start: {
    form: Id | null;
    label: string;
    title: Texts | null; // the label in other languages, where it is the form's title
    runs_routine: boolean;
    refusal: EngineError | null;
  } | null;
  statuses: { field: TaskField; name: string }[];
  states: TaskState[];
}

export interface TaskGroup {
  key: string; // of the workflow and the values: a window names it
  workflow: string; // empty in a calendar
  values: { field: TaskField; value: string; label: string; color: string }[]; // one a criterion
  count: number; // by state alone, states without a task are there too
  from: number; // where `tasks` begin
  tasks: TaskCard[];
}

/** The tasks of a workflow group that the person has a part in: all are counted, and the windows are there. */
export interface TasksSnapshot {
  workflows: TaskWorkflow[]; // empty: no group of tasks, or not here yet
  view: TasksView; // as it is shown
  layouts: TaskLayout[]; // that the group's authors offer
  count: number;
  groups: TaskGroup[];
  more_groups: number; // beyond 300
  complete: boolean;
  saved: SavedView[]; // the person's own before those of the group
  share_refusal: EngineError | null; // why the person may not share a view
}

export interface TaskAction {
  kind: 'manual_change' | 'state_form' | 'survey_trigger' | 'subtask_form';
  label: string; // the name of the state, or of the form
  title: Texts | null; // the label in other languages, where it is the form's title
  target: string; // code of the state; empty: the form's routines decide
  form: Id | null;
  workflow: string; // that a subtask follows
  runs_routine: boolean;
  refusal: EngineError | null; // why it is not possible now (OM30)
}

/** A task that another one belongs to, or has as a subtask. */
export interface RelatedTask {
  id: Id;
  serial: number;
  name: string;
  state_name: string;
}

export interface TaskSnapshot {
  /** What was refused of what the person did to it; also where the task is not here. */
  refused: OutboxItem[];
  task:
    | (Omit<TaskFacts, 'state'> & {
        workflow: string;
        state: TaskState | null;
        /** What a change is upon: given back with it. */
        base_state: string;
        base_version: number;
        info: string;
        closed_at: Millis;
        answers: number;
        created_by: Author;
        people: (Author & { role: TaskRole })[];
        people_refusal: EngineError | null; // why the person may not change who takes part
        edit_refusal: EngineError | null; // why the person may not change what it says of itself
        parent: RelatedTask | null;
        subtasks: RelatedTask[];
        files: FileCard[]; // of its chat, the newest first
        history: {
          event: string;
          by: Author;
          at: Millis;
          from: string;
          to: string;
          offline: boolean;
        }[];
        channel: Id | null; // null: the server has not made it yet
        actions: TaskAction[];
      })
    | null; // it is not here, or the person has no part in it
}
