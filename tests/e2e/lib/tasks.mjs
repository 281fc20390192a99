// A task as a person moves it, and who moves it beside Ana.
import { ana, at } from './app.mjs';
import { field } from './forms.mjs';
import { usersOf, wholeTasksOf } from './truth.mjs';

/** What a person may do to the task that is open. */
export const moves = (page) => page.locator('[data-testid^="task-action-"]');

/** The card of a task's action in the outbox. */
export const outboxCard = (page, task) => at(page, 'outbox-item').filter({ has: page.locator(`[href$="/task/${task}"]`) });

/** Somebody who may move `count` tasks in one of these states that Ana may move too: that person, and those tasks. */
export function findPartner(data, states, count) {
  const people = usersOf(data).filter(({ active }) => active !== false);
  const own = people.find(({ email }) => email === ana.email);
  const early = wholeTasksOf(data).filter(({ state }) => states.includes(state));
  const movers = ({ assignee, editors }) => [assignee, ...(editors ?? [])];
  for (const person of people.filter(({ id }) => id !== own.id)) {
    const tasks = early.filter((task) => [own.id, person.id].every((id) => movers(task).includes(id)));
    if (tasks.length >= count) return { partner: { ...person, password: ana.password }, tasks };
  }
  throw new Error(`nobody has ${count} tasks together with Ana`);
}

export async function openTask(page, home, { group, id }) {
  await page.goto(`${home}#/`);
  await at(page, 'task-view').waitFor({ state: 'detached' }); // of another task
  await page.goto(`${home}#/group/${group}/task/${id}`);
  await at(page, 'task-view').waitFor();
}

/** Moves a task by its button, or by the form "Report work as done". */
export async function moveTask(page, home, task, target, words) {
  await openTask(page, home, task);
  await at(page, `task-action-${target}`).click();
  if (!words) return;
  await field(page, 'done').getByTestId('written').fill(words);
  await at(page, 'form-send').click();
  await at(page, 'task-view').waitFor();
}

/** Begins a work order by its start form, from the page of its group. */
export async function beginTask(page, what) {
  await at(page, 'task-start').click();
  await field(page, 'what').getByTestId('written').fill(what);
  await field(page, 'urgent').getByText('Today', { exact: true }).click();
}

/** A task in the list of its group. */
export const listed = (page, what) => page.locator('[data-testid^="tasks-"]:has(a)').filter({ hasText: what });
