import assert from 'node:assert/strict';

import { at, startPhone, workOffline } from '../lib/app.mjs';
import { killBrowser, launch } from '../lib/browser.mjs';
import { field } from '../lib/forms.mjs';
import { waitFor } from '../lib/server.mjs';
import { beginTask, listed, moves } from '../lib/tasks.mjs';
import { tasksOf, wholeTasksOf } from '../lib/truth.mjs';

export const name = 'OM25 OM26 OM27 OM28 OM32: a task is begun and another moved offline, one action each, killed, and both are on the server once, with what the routine says';

const what = 'Handrail loose on the north stairs';
const begun = (page) => listed(page, what);

export async function run({ home, proxy, server, profile, shoot, onEnd, watch }) {
  const before = tasksOf(server.data);
  let phone = await startPhone({ home, profile, watch });
  onEnd(() => phone.context.close());
  let { page } = phone;
  await at(page, 'group-row').filter({ hasText: 'Work orders' }).last().click();
  const group = page.url();
  await page.locator('[data-testid^="tasks-"]').first().waitFor();
  await shoot(page, 'tasks-1-list');

  await workOffline(page, proxy);
  await beginTask(page, what);
  await at(page, 'routine-later').waitFor();
  await shoot(page, 'tasks-2-routine-later');
  await at(page, 'form-send').click();
  await page.goto(group); // at once: whoever leaves while it is being kept is not taken away again
  await begun(page).waitFor();
  await shoot(page, 'tasks-2-waits');
  await begun(page).locator('a').click();
  await at(page, 'task-routine').waitFor();
  const own = page.url();
  await shoot(page, 'tasks-2-routine-waits');
  await page.goto(group);
  await begun(page).waitFor();

  // A task that is there: from reported to pending, and no further until the server has confirmed it.
  await page.locator('[data-testid="tasks-reported"] a').last().click();
  await at(page, 'task-view').waitFor();
  await shoot(page, 'tasks-3-open');
  const task = page.url();
  assert.ok((await moves(page).count()) > 0);
  const target = (await moves(page).first().getAttribute('data-testid')).replace('task-action-', '');
  await moves(page).first().click();
  await at(page, 'task-waiting').waitFor();
  assert.equal(await moves(page).count(), 0, 'a second action upon the task is refused');
  assert.equal(await at(page, 'task-reason').count(), 1, 'and why is said once');
  assert.ok((await page.locator('[data-testid="task-reason"] [data-testid^="task-refused-"]').count()) > 1, 'of all that it keeps from being done');
  await shoot(page, 'tasks-4-one-action');

  await killBrowser(phone);
  phone = await launch(profile);
  page = phone.page;
  watch(page);
  await page.goto(task);
  await at(page, 'task-waiting').waitFor({ timeout: 30_000 });
  assert.equal(await moves(page).count(), 0);
  await page.goto(group);
  await begun(page).waitFor();
  assert.deepEqual(tasksOf(server.data), before, 'nothing of it is on the server yet');

  proxy.restore();
  const count = () => tasksOf(server.data).filter((each) => each.name === what).length;
  await waitFor('the task on the server', () => count() === 1, 60_000);
  const id = /(\d+)$/.exec(task)[1];
  await waitFor('the moved task', () => tasksOf(server.data).some((each) => each.id === id && each.state === target), 60_000);
  await waitFor('nothing that waits', async () => (await begun(page).getByText('Saved on this phone').count()) === 0, 60_000);
  const after = tasksOf(server.data);
  assert.equal(count(), 1);
  assert.equal(after.length, before.length + 1);
  const changed = after.filter((each) => before.some((old) => old.id === each.id && old.state !== each.state));
  assert.deepEqual(changed.map((each) => each.id), [id], 'no other task has moved');
  await shoot(page, 'tasks-5-confirmed');

  // What the routine did, once, in the task's chat.
  const said = `Urgent: ${what} is to be done today.`;
  await page.goto(own);
  await at(page, 'task-chat').click();
  const posted = at(page, 'messages').getByText(said);
  await posted.waitFor({ timeout: 30_000 });
  assert.equal(await posted.count(), 1);
  await shoot(page, 'tasks-6-routine-said');

  // With a connection, who takes part is for people to say.
  await page.goto(task);
  await at(page, 'task-person').first().waitFor();
  assert.equal(await at(page, 'task-add-person').count(), 0, 'not in Offline Mode');
  await at(page, 'banner-button').click();
  const followers = () => wholeTasksOf(server.data).find((each) => each.id === id).followers ?? [];
  const alreadyThere = followers().length;
  await at(page, 'task-add-person').click();
  await at(page, 'pick-person').last().click();
  await waitFor('one more who follows it', () => followers().length === alreadyThere + 1, 60_000);
  await shoot(page, 'tasks-7-people');

  // And what the task says of itself.
  await at(page, 'task-edit').click();
  await at(page, 'task-name').fill('Pump 7, second floor');
  await shoot(page, 'tasks-8-edit');
  await at(page, 'task-edit-save').click();
  await waitFor('the new name', () => tasksOf(server.data).find((each) => each.id === id).name === 'Pump 7, second floor', 60_000);

  // A plan, and one inside it, which keeps it from being closed.
  await page.goto(`${home}#/`);
  await at(page, 'group-row').filter({ hasText: 'Preventive plans' }).last().click();
  const plan = async (words) => {
    await field(page, 'what').getByTestId('written').fill(words);
    await at(page, 'form-send').click();
    await at(page, 'task-view').waitFor();
  };
  await at(page, 'task-start').click();
  await plan('Overhaul of pump 7');
  await at(page, 'task-action-doing').click();
  await page.locator('[data-testid="task-action-ready"]:enabled').waitFor({ timeout: 30_000 });
  await moves(page).filter({ hasText: 'Plan a task' }).click();
  await plan('Order the seals');
  await at(page, 'task-reason').filter({ hasText: 'Close its subtasks first.' }).getByTestId('task-refused-ready').waitFor({ timeout: 30_000 });
  const [inside] = await waitFor('the plan inside', () => {
    const found = wholeTasksOf(server.data).filter((each) => each.name === 'Order the seals');
    return found.length > 0 && found;
  }, 60_000);
  assert.equal(inside.parent, /(\d+)$/.exec(page.url())[1], 'it belongs to the plan');
  await shoot(page, 'tasks-9-subtask');
}
