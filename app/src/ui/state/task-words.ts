/** How fields and values of views are called. */
import type { TaskField, TaskGroup, TaskTest, TaskWorkflow, Texts } from '../../bridge/types.ts';
import { shortDay } from '../../i18n/figures.ts';
import { t, textIn } from '../../i18n/index.svelte.ts';

/** What a field is compared with, and so what a person gives. */
export type FieldKind = 'state' | 'person' | 'text' | 'number' | 'date' | 'flag';

const kinds: Partial<Record<TaskField, FieldKind>> = {
  state: 'state',
  assignee: 'person',
  created_by: 'person',
  member: 'person',
  serial: 'number',
  estimated_days: 'number',
  start_date: 'date',
  end_date: 'date',
  closed_at: 'date',
  state_at: 'date',
  waiting: 'flag',
};

export const kindOf = (field: TaskField): FieldKind => kinds[field] ?? 'text';

const testsOf: Record<FieldKind, TaskTest[]> = {
  state: ['any_of', 'none_of'],
  person: ['any_of', 'none_of', 'is_empty', 'is_not_empty'],
  text: ['contains', 'is_empty', 'is_not_empty'],
  number: ['at_least', 'at_most', 'is_empty', 'is_not_empty'],
  date: ['at_least', 'at_most', 'is_empty', 'is_not_empty'],
  flag: ['is_not_empty', 'is_empty'],
};

/** A part in a task is held or not: there is no task without people to ask for. */
export function possibleTests(field: TaskField): TaskTest[] {
  return field === 'member' ? ['any_of', 'none_of'] : testsOf[kindOf(field)];
}

export const needsValue = (test: TaskTest): boolean => !test.startsWith('is_');

export function fieldName(field: TaskField, workflows: readonly TaskWorkflow[]): string {
  const names = workflows
    .flatMap(({ statuses }) => statuses)
    .filter((status) => status.field === field)
    .map(({ name }) => name);
  return names.length > 0 ? [...new Set(names)].join(' / ') : t(`view.field.${field}`);
}

/** Fields that tasks of these workflows have. */
export function fieldsOf(workflows: readonly TaskWorkflow[], all: TaskField[]): TaskField[] {
  const columns = new Set(workflows.flatMap(({ statuses }) => statuses.map(({ field }) => field)));
  return all.filter((field) => !field.startsWith('status') || columns.has(field));
}

const statuses: TaskField[] = ['status1', 'status2', 'status3', 'status4', 'status5'];
export const groupFields: TaskField[] = ['state', 'assignee', 'created_by', ...statuses];
export const orderFields: TaskField[] = [
  'state_at',
  'serial',
  'name',
  'state',
  'assignee',
  'created_by',
  'start_date',
  'end_date',
  'closed_at',
  ...statuses,
];
export const filterFields: TaskField[] = [
  'state',
  'member',
  'assignee',
  'created_by',
  'name',
  'serial',
  'start_date',
  'end_date',
  'closed_at',
  'state_at',
  'waiting',
  ...statuses,
];

/** What a person may do, in their language: the titles of forms are in several, the names of states are as they are. */
export const actionLabel = ({ label, title }: { label: string; title: Texts | null }): string =>
  (title && textIn(title)) || label;

export function valueText(value: TaskGroup['values'][number]): string {
  if (value.value === '') return t('view.none');
  if (kindOf(value.field) === 'date' && !value.value.includes('-'))
    return shortDay(Number(value.value));
  return value.label;
}
