/** What is said of a refused action, and what one can do about it. */
import type { OutboxItem, Refusal } from '../../bridge/types.ts';
import { age, dateTime } from '../../i18n/figures.ts';
import { errorText, t, textIn } from '../../i18n/index.svelte.ts';
import { troubleText } from '../forms/answers.ts';
import { app } from '../state/app.svelte.ts';
import { DraftKeeper } from '../state/drafts.ts';
import { call, refusalOf } from '../state/engine.svelte.ts';
import { showToast } from '../state/overlays.ts';
import type { Route } from '../state/routes.ts';

/** What the person wrote or filled in, in a few words. */
export const wordsOf = (item: OutboxItem): string => (item.form ? textIn(item.form) : item.text);

/** Situations in which somebody was first, each with a sentence of its own. */
const sentences: Record<string, string> = {
  moved: 'refused.moved',
  overtaken_offline: 'refused.overtaken',
  second_action: 'refused.second_action',
  reassigned_before: 'refused.reassigned',
  moved_commutes: 'adjusted.moved',
};

export function happenedText({ error, situation, happened }: Refusal, now: number): string {
  const key = sentences[situation];
  if (!key || !happened) return troubleText(error);
  const { by, from, to, at, mine } = happened;
  const params = { from, to, when: dateTime(at), age: age(at, now) };
  if (mine && situation === 'moved') return t('refused.moved_by_you', params);
  if (situation === 'reassigned_before') {
    return t(key, { ...params, by, to: to || t('refused.somebody') });
  }
  return t(key, { ...params, by });
}

export const keptText = ({ kept }: Refusal): string =>
  kept === '' || kept === 'nothing' ? '' : t(`refused.kept.${kept}`);

/** Back to where it was made: the form with its answers, or the field with the text. Returns where that is. */
export async function edit(item: OutboxItem): Promise<Route | null> {
  const { intent, channel, text } = item;
  try {
    if (item.kind !== 'message.post') {
      const { draft } = await call('reopen_answer', { intent });
      return { view: 'draft', channel: channel ?? '0', draft };
    }
    const keeper = new DraftKeeper(app.session?.user?.id ?? '', channel ?? '');
    await keeper.add({ text, replyTo: [] }, app.status?.offline.available ?? false);
    await call('discard', { intent });
    return { view: 'channel', channel: channel ?? '', at: null };
  } catch (reason) {
    showToast(errorText(refusalOf(reason)));
    return null;
  }
}
