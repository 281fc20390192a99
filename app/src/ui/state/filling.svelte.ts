/** A form that is being filled in, as the engine judges it. Nothing is decided here. */
import type {
  AnswerValue,
  EngineError,
  FillingComponent,
  FillingSnapshot,
  FillingVerdict,
} from '../../bridge/types.ts';
import { call, refusalOf } from './engine.svelte.ts';

export class Filling {
  components = $state.raw<FillingComponent[]>([]);
  verdict = $state.raw<FillingVerdict | null>(null);
  /** Answers that the engine has not acknowledged: what is not on the disk yet. */
  unsaved = $state(0);
  /** Why an answer could not be kept. */
  problem = $state.raw<EngineError | null>(null);
  /** The answers so far, one behind the other: ends when the last of them has been judged. */
  judged: Promise<void> = Promise.resolve();
  readonly #draft: number;
  readonly #onkept: () => void;

  constructor(draft: number, onkept: () => void) {
    this.#draft = draft;
    this.#onkept = onkept;
  }

  show(filling: NonNullable<FillingSnapshot['filling']>): void {
    this.components = filling.components;
    this.verdict = filling.verdict;
  }

  answer(path: string, value: AnswerValue): void {
    const answered = this.#answer(path, value);
    this.judged = Promise.all([this.judged, answered]).then(() => undefined);
  }

  async #answer(path: string, value: AnswerValue): Promise<void> {
    this.unsaved += 1;
    try {
      const { changed, verdict } = await call('set_answer', { draft: this.#draft, path, value });
      this.components = this.components.map(
        (one) => changed.find(({ path }) => path === one.path) ?? one,
      );
      this.verdict = verdict;
      this.problem = null;
      this.#onkept();
    } catch (reason) {
      this.problem = refusalOf(reason);
    } finally {
      this.unsaved -= 1;
    }
  }
}
