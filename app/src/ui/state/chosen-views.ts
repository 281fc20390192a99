/** How a person looks at the tasks of each group; this device remembers. */
import type { Id, TaskLayout, TasksView } from '../../bridge/types.ts';

/** `channels`: the channels of the group in place of its tasks. */
export type Shown = TaskLayout | 'channels';

export interface ChosenView {
  shown: Shown | null; // null: as the group's authors want it
  view: TasksView; // filters, orders and groups; the layout is `shown`
  saved: Id | null; // the saved view that this is, or was made from
}

const stored = 'holdfast.views';
const all = (): Record<Id, ChosenView> =>
  JSON.parse(localStorage.getItem(stored) ?? '{}') as Record<Id, ChosenView>;

export const chosenView = (group: Id): ChosenView => ({
  shown: null,
  view: {},
  saved: null,
  ...all()[group],
});

export function rememberView(group: Id, chosen: ChosenView): void {
  localStorage.setItem(stored, JSON.stringify({ ...all(), [group]: chosen }));
}
