import assert from 'node:assert/strict';

import { at, startPhone, workOffline } from '../lib/app.mjs';
import { launch } from '../lib/browser.mjs';
import { waitFor } from '../lib/server.mjs';
import { savedViewsOf, wholeTasksOf } from '../lib/truth.mjs';

export const name = 'OM22 OM26: list, board, table and calendar of a group offline, filtered, ordered and grouped; a move is seen in each; a view is saved and shared; the device remembers';

const inGroup = (tasks, workflow) => tasks.filter((task) => task.workflow === workflow && task.active !== false);
const saved = 'Closed by person';
const countOf = async (column) => Number(/\d+/.exec(await column.locator('.count').first().textContent())[0]);
const look = (page, view) => at(page, `view-${view}`).click();

/** The select that a label names. */
const choose = (page, label, option) =>
  page.locator('label').filter({ has: page.getByText(label, { exact: true }) }).locator('select').selectOption(option);

/** Whether a finger finds a task in a list that is still moving. */
const hearsWhileMoving = (list) =>
  list.evaluate((moved) => new Promise((resolve) => {
    const { x, y, width, height } = moved.getBoundingClientRect();
    const look = () => resolve(document.elementFromPoint(x + width / 2, y + height / 2)?.closest('a') != null);
    moved.addEventListener('scroll', () => requestAnimationFrame(() => requestAnimationFrame(look)), { once: true });
    moved.scrollTop += 20;
  }));

export async function run({ home, proxy, server, profile, shoot, onEnd, watch }) {
  const orders = inGroup(wholeTasksOf(server.data), 'work_order');
  const inState = (state) => orders.filter((task) => task.state === state).length;
  let { context, page } = await startPhone({ home, profile, watch });
  onEnd(() => context.close());
  await workOffline(page, proxy);
  await at(page, 'group-row').filter({ hasText: 'Work orders' }).last().click();
  const group = page.url();

  // The board has a column for each state, also for those in which there is nothing.
  await look(page, 'board');
  const column = (state) => at(page, 'column').filter({ has: page.locator(`[data-testid="tasks-head-${state}"]`) });
  for (const state of ['reported', 'pending', 'validation', 'closed', 'rejected']) {
    assert.equal(await countOf(column(state)), inState(state), `tasks in ${state}`);
  }
  await shoot(page, 'views-board');

  // A move stands in its new column at once, and waits.
  const first = column('reported').locator('a').first();
  const moved = /(\d+)$/.exec(await first.getAttribute('href'))[1];
  await first.click();
  await at(page, 'task-action-pending').click();
  await at(page, 'task-waiting').waitFor();
  await page.goto(group);
  await column('pending').locator(`[data-testid="task-${moved}"]`).waitFor();
  assert.equal(await countOf(column('reported')), inState('reported') - 1);
  assert.equal(await countOf(column('pending')), inState('pending') + 1);

  // The table, filtered to a state, grouped by person and ordered by number.
  await look(page, 'table');
  await at(page, 'view-change').click();
  await choose(page, 'Filter 1', 'state');
  await at(page, 'filter-state-closed').check();
  await choose(page, 'Group 1', 'assignee');
  await choose(page, 'Order 1', 'serial');
  await shoot(page, 'views-sheet');
  await at(page, 'view-name').fill(saved);
  await at(page, 'view-save-new').click();
  const rows = at(page, 'table-row');
  await waitFor('the closed ones', async () => (await rows.count()) === inState('closed'));
  const shown = await rows.evaluateAll((all) => all.map((row) => Number(row.querySelector('.number').textContent.slice(1))));
  const people = new Map();
  for (const task of orders.filter(({ state }) => state === 'closed')) {
    people.set(task.assignee, [...(people.get(task.assignee) ?? []), task.serial]);
  }
  const wanted = [...people.values()].map((serials) => serials.toSorted((a, b) => a - b).join()).toSorted();
  const heads = await page.locator('[data-testid="task-table"] h2').count();
  assert.equal(heads, people.size, 'a heading for each person');
  assert.deepEqual(shown.toSorted((a, b) => a - b), [...people.values()].flat().toSorted((a, b) => a - b));
  let from = 0;
  const parts = [];
  for (const count of await page.locator('[data-testid="task-table"] h2 .count').allInnerTexts()) {
    const size = Number(/\d+/.exec(count)[0]);
    parts.push(shown.slice(from, from + size).join());
    from += size;
  }
  assert.deepEqual(parts.toSorted(), wanted, 'each person has their own, by number');
  await shoot(page, 'views-table');

  // What was saved is found under its name, and is changed and shared without a connection.
  const picked = async () => at(page, 'view-saved').locator('option:checked').textContent();
  await waitFor('the saved view', async () => (await picked()).trim() === saved);
  await at(page, 'view-saved').selectOption('');
  await waitFor('all tasks', async () => (await rows.count()) > inState('closed'));
  await look(page, 'list');
  await at(page, 'view-saved').selectOption({ label: saved });
  await waitFor('the closed ones again', async () => (await rows.count()) === inState('closed'));
  await at(page, 'view-change').click();
  await at(page, 'view-shared').check();
  await shoot(page, 'views-save');
  await at(page, 'view-save').click();
  await waitFor('the shared view', async () => (await picked()).trim() === `${saved} (shared)`);
  assert.deepEqual(savedViewsOf(server.data), [], 'nothing of it is on the server yet');

  // The calendar, by the day since when a task is in its state.
  await at(page, 'view-change').click();
  await choose(page, 'Filter 1', '');
  await choose(page, 'Day in the calendar', 'state_at');
  await at(page, 'view-done').click();
  await look(page, 'calendar');
  await at(page, 'calendar').waitFor();
  const days = page.locator('[data-testid^="day-"]:has(.count)');
  const monthly = async () => (await days.locator('.count').allInnerTexts()).reduce((sum, text) => sum + Number(text), 0);
  const thisMonth = await monthly();
  await page.getByRole('button', { name: 'Previous month' }).click();
  await waitFor('all tasks in two months', async () => thisMonth + (await monthly()) === orders.length);
  if (thisMonth > 0) await page.getByRole('button', { name: 'Next month' }).click();
  await days.last().click();
  await waitFor('the tasks of the day', async () => (await page.locator('[data-testid="task-rows"] a').count()) > 0);
  await shoot(page, 'views-calendar');

  // A page that is left takes its sheet with it.
  await at(page, 'view-change').click();
  await at(page, 'view-done').waitFor();
  await page.evaluate(() => { location.hash = '#/'; });
  await at(page, 'view-done').waitFor({ state: 'detached' });
  await at(page, 'group-row').filter({ hasText: 'Work orders' }).last().click();
  await at(page, 'calendar').waitFor();

  // The device remembers; in Spanish and in the dark too.
  await context.close();
  ({ context, page } = await launch(profile, { locale: 'es-CL', colorScheme: 'dark' }));
  watch(page);
  await page.goto(group);
  await at(page, 'calendar').waitFor({ timeout: 30_000 });
  await shoot(page, 'views-calendar-dark');
  await look(page, 'list');
  await at(page, 'task-rows').waitFor();
  await shoot(page, 'views-list-dark');
  assert.ok(await hearsWhileMoving(at(page, 'task-rows')), 'a tap just after a scroll is heard');
  await look(page, 'board');
  await at(page, 'task-board').waitFor();
  await shoot(page, 'views-board-dark');

  proxy.restore();
  const kept = await waitFor('the view on the server', () => savedViewsOf(server.data).find((view) => view.shared), 60_000);
  assert.deepEqual(
    { name: kept.definition.name, layout: kept.definition.layout, groups: kept.definition.groups },
    { name: saved, layout: 'table', groups: [{ field: 'assignee' }] },
  );
  await context.close();
}
