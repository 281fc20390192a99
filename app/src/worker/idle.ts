/**
 * Notices that nobody has looked for a while. Timers of a window that is not shown come late or not at
 * all, so what a window says when it is shown again is judged as well.
 */
export class Idle {
  readonly #limitMinutes: () => number | null;
  readonly #passed: () => void;
  readonly #now: () => { steady: number; wall: number };
  readonly #visible = new Map<string, boolean>();
  #hiddenAt: { steady: number; wall: number } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    limitMinutes: () => number | null,
    passed: () => void,
    now = () => ({ steady: performance.now(), wall: Date.now() }),
  ) {
    this.#limitMinutes = limitMinutes;
    this.#passed = passed;
    this.#now = now;
  }

  see(tab: string, isVisible: boolean): void {
    this.#visible.set(tab, isVisible);
    this.#judge();
  }

  forget(tab: string): void {
    this.#visible.delete(tab);
    this.#judge();
  }

  #judge(): void {
    clearTimeout(this.#timer);
    const limit = this.#limitMinutes();
    if (limit !== null && this.#isOver(limit * 60_000)) {
      this.#hiddenAt = null;
      return this.#passed();
    }
    if ([...this.#visible.values()].includes(true)) {
      this.#hiddenAt = null;
      return;
    }
    this.#hiddenAt ??= this.#now();
    if (limit !== null) this.#timer = setTimeout(() => this.#judge(), limit * 60_000);
  }

  /** By the clock that stops with the machine, or by the one that anybody may set: also backwards. */
  #isOver(limit: number): boolean {
    if (!this.#hiddenAt) return false;
    const { steady, wall } = this.#now();
    const passed = wall - this.#hiddenAt.wall;
    return steady - this.#hiddenAt.steady >= limit || passed >= limit || passed < 0;
  }
}
