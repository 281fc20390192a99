/** Which categories of the menu are closed; the device remembers. */
import { SvelteSet } from 'svelte/reactivity';
import type { Id } from '../../bridge/types.ts';

const stored = 'holdfast.collapsed';

class Collapsed {
  readonly #ids = new SvelteSet<Id>(JSON.parse(localStorage.getItem(stored) ?? '[]') as Id[]);

  has(id: Id): boolean {
    return this.#ids.has(id);
  }

  toggle(id: Id): void {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    localStorage.setItem(stored, JSON.stringify([...this.#ids]));
  }
}

export const collapsed = new Collapsed();
