/** A form that is being filled in, as the engine judges it. Nothing is decided here. */
import type {
  AnswerValue,
  EngineError,
  FillingComponent,
  FillingSnapshot,
  FillingVerdict,
} from '../../bridge/types.ts';
import { t, textIn } from '../../i18n/index.svelte.ts';
import { call, refusalOf } from './engine.svelte.ts';

/** "parts/0" of "parts/0/name"; nothing of a component of the form itself. */
const partOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0));

function byPart(components: FillingComponent[]): Record<string, FillingComponent[]> {
  const parts: Record<string, FillingComponent[]> = {};
  for (const one of components) (parts[partOf(one.path)] ??= []).push(one);
  return parts;
}

export class Filling {
  components = $state.raw<FillingComponent[]>([]);
  verdict = $state.raw<FillingVerdict | null>(null);
  /** Changes that the engine has not acknowledged: what is not on the disk yet. */
  unsaved = $state(0);
  /** Why a change could not be kept. */
  problem = $state.raw<EngineError | null>(null);
  /** The changes so far, one behind the other: ends when the last of them has been judged. */
  judged: Promise<void> = Promise.resolve();
  readonly draft: number;
  readonly #onkept: () => void;
  readonly #byPath = $derived(Object.fromEntries(this.components.map((one) => [one.path, one])));
  readonly #shown = $derived(byPart(this.components.filter((one) => one.visible)));

  constructor(draft: number, onkept: () => void) {
    this.draft = draft;
    this.#onkept = onkept;
  }

  show(filling: NonNullable<FillingSnapshot['filling']>): void {
    this.components = filling.components;
    this.verdict = filling.verdict;
  }

  /** What is displayed of the form itself (`''`), or of a part: "parts/0". */
  shownIn(part: string): FillingComponent[] {
    return this.#shown[part] ?? [];
  }

  /** What a component is called: "Part 2 › Name". */
  nameOf(path: string): string {
    const steps = path.split('/');
    let name = textIn(this.#byPath[path]?.label ?? {});
    for (let end = steps.length - 2; end > 0; end -= 2) {
      const [component, number] = [steps.slice(0, end).join('/'), Number(steps[end])];
      name = `${this.titleOf(component, number)} › ${name}`;
    }
    return name;
  }

  /** What a part is called: "Part 2". */
  titleOf(component: string, number: number): string {
    const part = this.#byPath[component]?.parts[number];
    return t('form.part', { title: textIn(part?.title ?? {}), n: number + 1 });
  }

  answer(path: string, value: AnswerValue): void {
    void this.#keep(async () => {
      const { changed, verdict } = await call('set_answer', { draft: this.draft, path, value });
      this.components = this.components.map(
        (one) => changed.find(({ path }) => path === one.path) ?? one,
      );
      this.verdict = verdict;
    });
  }

  async add(path: string, form: string): Promise<void> {
    await this.#keep(async () => {
      const { components, verdict } = await call('add_part', { draft: this.draft, path, form });
      [this.components, this.verdict] = [components, verdict];
    });
  }

  /** Those behind it move up. */
  async remove(path: string): Promise<void> {
    await this.#keep(async () => {
      const { components, verdict } = await call('remove_part', { draft: this.draft, path });
      [this.components, this.verdict] = [components, verdict];
    });
  }

  /** Puts a part at another place; those between move by one. */
  async move(path: string, to: number): Promise<void> {
    await this.#keep(async () => {
      const { components, verdict } = await call('move_part', { draft: this.draft, path, to });
      [this.components, this.verdict] = [components, verdict];
    });
  }

  async #keep(change: () => Promise<void>): Promise<void> {
    this.unsaved += 1;
    const kept = change()
      .then(() => {
        this.problem = null;
        this.#onkept();
      })
      .catch((reason: unknown) => {
        this.problem = refusalOf(reason);
      })
      .finally(() => {
        this.unsaved -= 1;
      });
    this.judged = Promise.all([this.judged, kept]).then(() => undefined);
    await kept;
  }
}
