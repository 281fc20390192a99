/** Sample tasks, for building screens without the engine. */
import { conflict } from './fake-outbox.ts';
import type {
  Author,
  TaskAction,
  TaskCard,
  TasksSnapshot,
  TasksWindow,
  TaskSnapshot,
} from '../bridge/types.ts';

const ana: Author = { id: '1', name: 'Ana Rojas', initials: 'AR', color: '#0b5394' };
const bruno: Author = { id: '2', name: 'Bruno Silva', initials: 'BS', color: '#7a3e00' };
const hour = 3_600_000;

const pending = {
  code: 'pending',
  name: '2. Pending',
  kind: 'in_progress',
  color: '#b25a00',
} as const;
const reported = { code: 'reported', name: '1. Reported', kind: 'new', color: '#1259c3' } as const;

const waits = { code: 'task.action_waiting', params: { intent: '8589934601' } };

function action(what: Partial<TaskAction>): TaskAction {
  return {
    kind: 'manual_change',
    label: '',
    title: null,
    target: '',
    form: null,
    runs_routine: false,
    workflow: '',
    refusal: null,
    ...what,
  };
}

export class FakeTasks {
  readonly #cards: TaskCard[];

  constructor(now: number) {
    const card = (id: string, serial: number, name: string, state: string): TaskCard => ({
      id,
      serial,
      name,
      state,
      state_name: state === 'pending' ? pending.name : reported.name,
      color: state === 'pending' ? pending.color : reported.color,
      state_at: now - serial * hour,
      start_date: 0,
      end_date: now + serial * 24 * hour,
      unread: serial % 4,
      assignee: serial % 2 ? ana : bruno,
      waiting: null,
    });
    this.#cards = [
      {
        ...card('701', 0, 'Cold store door does not close', 'reported'),
        waiting: { intent: '701', kind: 'start_form', state: 'saved', by_routine: false },
      },
      {
        ...card('702', 4, 'Leak at pump P-7', 'reported'),
        waiting: { intent: '990', kind: 'state_form', state: 'needs_you', by_routine: false },
      },
      {
        ...card(
          '703',
          3,
          'Replace the filter of fan F-2 in the plant room of building A',
          'pending',
        ),
        waiting: { intent: '8589934601', kind: 'manual_change', state: 'saved', by_routine: true },
      },
    ];
  }

  /** By state, or by day; filters and orders are the engine's. */
  list({ view, month }: TasksWindow): TasksSnapshot {
    const isCalendar = view?.layout === 'calendar';
    const day = (card: TaskCard) => new Date(card.end_date).toISOString().slice(0, 10);
    const values = isCalendar
      ? [...new Set(this.#cards.map(day))].filter((one) => one.startsWith(month)).sort()
      : [reported.code, pending.code];
    const groups = values.map((value) => {
      const tasks = this.#cards.filter((card) => (isCalendar ? day(card) : card.state) === value);
      const label = isCalendar ? value : (tasks[0]?.state_name ?? value);
      return {
        key: `work_order\x1f${value}`,
        workflow: isCalendar ? '' : 'work_order',
        values: [
          {
            field: isCalendar ? ('end_date' as const) : ('state' as const),
            value,
            label,
            color: isCalendar ? '' : (tasks[0]?.color ?? ''),
          },
        ],
        count: tasks.length,
        from: 0,
        tasks,
      };
    });
    return {
      workflows: [
        {
          code: 'work_order',
          name: 'Work order',
          start: {
            form: '41',
            label: 'Report work',
            title: { en: 'Report work', es: 'Reportar un trabajo' },
            runs_routine: false,
            refusal: null,
          },
          statuses: [],
          states: [reported, pending],
        },
      ],
      view: view ?? {},
      layouts: ['list', 'board', 'table', 'calendar'],
      count: this.#cards.length,
      groups,
      more_groups: 0,
      complete: true,
      saved: [
        {
          id: '801',
          name: 'Due this week',
          shared: true,
          changeable: false,
          deletable: false,
          view: { name: 'Due this week', layout: 'calendar' },
        },
      ],
      share_refusal: { code: 'access.forbidden', params: {} },
    };
  }

  one(id: string): TaskSnapshot {
    const found = this.#cards.find((card) => card.id === id);
    if (!found) return { task: null, refused: [] };
    const refusal = found.waiting?.state === 'saved' ? waits : null;
    return {
      refused: id === '702' ? [conflict('990', found.state_at + 3 * hour)] : [],
      task: {
        ...found,
        workflow: 'Work order',
        state: found.state === 'pending' ? pending : reported,
        base_state: found.state,
        base_version: 1,
        info: '',
        closed_at: 0,
        answers: 1,
        created_by: bruno,
        people: [
          { ...ana, role: 'assignee' },
          { ...bruno, role: 'editor' },
        ],
        people_refusal: null,
        edit_refusal: null,
        files: [],
        parent: null,
        subtasks: [{ id: '702', serial: 4, name: 'Leak at pump P-7', state_name: reported.name }],
        history: [
          {
            event: 'state_changed',
            by: ana,
            at: found.state_at,
            from: 'reported',
            to: 'pending',
            offline: true,
          },
          {
            event: 'created',
            by: bruno,
            at: found.state_at - hour,
            from: '',
            to: 'reported',
            offline: false,
          },
        ],
        channel: found.serial > 0 ? '201' : null,
        actions: [
          action({ label: '2. Pending', target: 'pending', refusal }),
          action({
            kind: 'state_form',
            label: '3. Validation',
            target: 'validation',
            form: '42',
            runs_routine: true,
            refusal,
          }),
          action({
            label: '5. Rejected',
            target: 'rejected',
            refusal: refusal ?? { code: 'access.forbidden', params: {} },
          }),
        ],
      },
    };
  }
}
