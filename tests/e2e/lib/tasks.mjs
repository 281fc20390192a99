// A task as a person moves it, and who moves it beside Ana.
import { ana, at } from './app.mjs';
import { field } from './forms.mjs';
import { waitFor } from './server.mjs';
import { usersOf, wholeTasksOf } from './truth.mjs';

/** What a person may do to the task that is open. */
export const moves = (page) => page.locator('[data-testid^="task-action-"]');

/** The card of a task's action in the outbox. */
export const outboxCard = (page, task) => at(page, 'outbox-item').filter({ has: page.locator(`[href$="/task/${task}"]`) });

/** Somebody who may move `count` tasks that Ana may move too: that person, and those tasks; none is further than "2. Pending". */
export function findPartner(data, count) {
  const people = usersOf(data).filter(({ active }) => active !== false);
  const own = people.find(({ email }) => email === ana.email);
  const early = wholeTasksOf(data).filter(({ state }) => state === 'reported' || state === 'pending');
  const movers = ({ assignee, editors }) => [assignee, ...(editors ?? [])];
  for (const person of people.filter(({ id }) => id !== own.id)) {
    const tasks = early.filter((task) => [own.id, person.id].every((id) => movers(task).includes(id)));
    if (tasks.length >= count) return { partner: { ...person, password: ana.password }, tasks: tasks.slice(0, count) };
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

/** With a connection, those that are "1. Reported" to "2. Pending". */
export async function bringToPending(page, home, data, tasks) {
  for (const task of tasks.filter(({ state }) => state === 'reported')) {
    await moveTask(page, home, task, 'pending');
    await waitFor('a pending task', () => wholeTasksOf(data).find(({ id }) => id === task.id).state === 'pending');
    const isOffered = async (target) => (await at(page, `task-action-${target}`).count()) > 0;
    await waitFor('the phone to hear of it', async () => (await isOffered('validation')) && !(await isOffered('pending')));
  }
}

/** Begins a work order by its start form, from the page of its group. */
export async function beginTask(page, what) {
  await at(page, 'task-start').click();
  await field(page, 'what').getByTestId('written').fill(what);
  await field(page, 'urgent').getByText('Today', { exact: true }).click();
}

/** A task in the list of its group. */
export const listed = (page, what) => page.locator('[data-testid^="tasks-"]:has(a)').filter({ hasText: what });
