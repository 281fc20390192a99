/** A view of a group's tasks as the screens show it: windows that follow the reader. */
import type { Id, TaskGroup, TasksSnapshot, TasksView } from '../../bridge/types.ts';
import type { VirtualizerHandle } from 'virtua/svelte';
import { subscribe } from './engine.svelte.ts';
import { keepSame, type RowMap, windowFor, Windows } from './task-rows.ts';

export class TaskFeed {
  snapshot = $state.raw<TasksSnapshot | null>(null);

  readonly #group: Id;
  readonly #rows: number;
  #view: TasksView | null = null;
  #month = '';
  readonly #windows = new Windows();
  #close: (() => void)[] = [];
  #isWaiting = false;
  #isOutdated = false;

  /** @param rows  tasks that are asked for of each group before anybody has looked at it. */
  constructor(group: Id, rows: number) {
    this.#group = group;
    this.#rows = rows;
  }

  /** Shows a view, from its beginning. */
  show(view: TasksView | null, month = ''): void {
    this.#view = view;
    this.#month = month;
    this.#windows.clear();
    this.#ask();
  }

  stop(): void {
    for (const close of this.#close) close();
    this.#close = [];
  }

  /** Asks for the cards of the rows that are on the screen. */
  follow(list: VirtualizerHandle | undefined, map: RowMap): void {
    if (!list || map.length === 0) return;
    const offset = list.getScrollOffset();
    const last = list.findItemIndex(offset + list.getViewportSize());
    for (const part of map.between(list.findItemIndex(offset), last))
      this.#look(part.group, part.first, part.last);
  }

  #look(group: TaskGroup, first: number, last: number): void {
    const window = windowFor(group, first, last);
    if (window && this.#windows.take(group.key, window)) this.#ask();
  }

  /** The old snapshot goes on being shown until the new one has arrived. */
  #ask(): void {
    if (this.#isWaiting) {
      this.#isOutdated = true;
      return;
    }
    this.#isWaiting = true;
    const older = this.#close;
    let isFirst = true;
    const close = subscribe(
      {
        query: 'tasks',
        group: this.#group,
        view: this.#view,
        windows: this.#windows.all(),
        rows: this.#rows,
        month: this.#month,
      },
      (next, blocked) => {
        if (isFirst) {
          isFirst = false;
          for (const closeOlder of older) closeOlder();
          this.#close = [close];
          this.#isWaiting = false;
        }
        const shown = this.snapshot?.groups ?? [];
        this.snapshot = blocked ? null : { ...next, groups: keepSame(shown, next.groups) };
        if (this.#isOutdated) {
          this.#isOutdated = false;
          this.#ask();
        }
      },
    );
    this.#close = [...older, close];
  }
}
