import assert from 'node:assert/strict';

import { at, signIn, startPhone, waitForBanner, waitForBar, workOffline } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { field } from '../lib/forms.mjs';
import { makeFolder, removeFolder, waitFor } from '../lib/server.mjs';
import { bringToPending, findPartner, moveTask, openTask, outboxCard } from '../lib/tasks.mjs';
import { wholeTasksOf } from '../lib/truth.mjs';

export const name =
  'OM33 OM34: tasks move on while a phone is away: it is told who was first, when and to what, and attaches, edits or discards what came too late';

const done = 'Tightened the flange, no drop in an hour.';
export async function run({ home, proxy, server, profile, shoot, picture, onEnd, watch }) {
  const { partner, tasks } = findPartner(server.data, 3);
  const [first, second, third] = tasks;
  const now = ({ id }) => wholeTasksOf(server.data).find((task) => task.id === id);
  const stateOf = (task) => now(task).state;
  const answersOf = (task) => (now(task).answers ?? []).length;
  const answersBefore = answersOf(first);
  const { context, page } = await startPhone({ home, profile, watch });
  onEnd(() => context.close());

  await bringToPending(page, home, server.data, tasks);

  // Ana is away: a task by form, one by its button, and another by form.
  await workOffline(page, proxy);
  await moveTask(page, home, first, 'validation', done);
  await moveTask(page, home, second, 'reported');
  await at(page, 'task-waiting').waitFor();
  await moveTask(page, home, third, 'validation', done);

  // Her colleague is not, and moves all three; the last one away and back.
  const folder = makeFolder('profile');
  const direct = `http://localhost:${server.port}/`;
  const other = await launch(folder);
  onEnd(() => removeFolder(folder));
  onEnd(() => other.context.close());
  watch(other.page);
  await other.page.goto(direct);
  await signIn(other.page, partner);
  await waitForBar(other.page, 'ready');
  await moveTask(other.page, direct, first, 'reported');
  await moveTask(other.page, direct, second, 'validation', 'Replaced the seal.');
  await moveTask(other.page, direct, third, 'reported');
  await waitFor('the third task away', () => stateOf(third) === 'reported');
  await moveTask(other.page, direct, third, 'pending');
  await waitFor('what the colleague did', () => stateOf(first) === 'reported' && stateOf(second) === 'validation' && stateOf(third) === 'pending');

  proxy.restore();
  await page.goto(home);
  await at(page, 'outbox-needs-you').filter({ hasText: '3 need you' }).waitFor({ timeout: 60_000 });
  await shoot(page, 'conflicts-1-menu');
  await page.goto(`${home}#/group/${first.group}`);
  await at(page, `task-${first.id}`).filter({ hasText: 'Needs your attention' }).waitFor();
  await page.goto(`${home}#/outbox`);
  await at(page, 'outbox-item').nth(2).waitFor();
  const said = await outboxCard(page, first.id).innerText();
  assert.ok(said.includes(`${partner.name} ${partner.last_name} moved the task from “2. Pending” to “1. Reported” on `), said);
  assert.match(said, /\(.+\)\. Your change was not made\./);
  assert.match(said, /You asked for “3\. Validation”\./);
  assert.match(said, /The task is in “1\. Reported” now\./);
  assert.match(said, /Your answers are in the chat of the task/);
  await shoot(page, 'conflicts-2-outbox');

  // A button has no answer: nothing to keep, to edit or to attach.
  for (const choice of ['edit', 'attach', 'copy', 'retry']) assert.equal(await outboxCard(page, second.id).getByTestId(`outbox-${choice}`).count(), 0, choice);
  await outboxCard(page, second.id).getByTestId('outbox-discard').click();
  await at(page, 'confirm').click();
  await waitFor('two that need her', async () => (await at(page, 'outbox-item').count()) === 2);

  // The answer is read, and copied, where it stands.
  await outboxCard(page, first.id).getByTestId('outbox-answer').click();
  await at(page, 'answer').getByText(done).waitFor();
  await at(page, 'refusal').waitFor();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await at(page, 'outbox-copy').click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `What did you do?: ${done}`);
  await at(page, 'banner-button').click({ trial: true, timeout: 3_000 }); // what is said of the copy covers no banner
  await page.locator('ion-toast').getByRole('button', { name: 'Close' }).click();
  await page.locator('ion-toast').waitFor({ state: 'detached' });
  await shoot(page, 'conflicts-3-answer');

  // Late evidence, from the page of the task: its answer, and its state as the colleague left it.
  await openTask(page, home, first);
  await at(page, 'refusal').waitFor();
  await shoot(page, 'conflicts-4-task');
  await picture(page, 'conflict');
  await page.evaluate(() => localStorage.setItem('holdfast.language', 'es'));
  await page.reload();
  await at(page, 'outbox-attach').filter({ hasText: 'Adjuntar' }).waitFor();
  await picture(page, 'conflict');
  await page.setViewportSize({ width: 320, height: 640 });
  await shoot(page, 'conflicts-5-task-in-spanish-320');
  await page.setViewportSize({ width: 412, height: 839 });
  assert.equal(answersOf(first), answersBefore, 'nothing is attached by itself');
  await at(page, 'outbox-attach').click();
  await at(page, 'refusal').waitFor({ state: 'detached' });
  await waitFor('the evidence', () => answersOf(first) === answersBefore + 1);
  assert.equal(stateOf(first), 'reported');

  // Edited upon the task as it is now: what she had written is there, and now it counts.
  await page.goto(`${home}#/outbox`);
  await outboxCard(page, third.id).getByTestId('outbox-edit').click();
  const written = field(page, 'done').getByTestId('written');
  await waitFor('her words', async () => (await written.inputValue()) === done);
  await written.fill(`${done} Looked again today.`);
  await at(page, 'form-send').click();
  await waitFor('the third task validated', () => stateOf(third) === 'validation', 60_000);
  await page.goto(`${home}#/outbox`);
  await waitFor('an empty outbox', async () => (await at(page, 'outbox-item').count()) === 0);
  await waitForBanner(page, 'offline_active'); // she has never left Offline Mode
}
