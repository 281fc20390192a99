import { expect, it } from 'vitest';
import type { EngineError } from '../../bridge/types.ts';
import { byReason, type Refused } from './reasons.ts';

const refused = (key: string, code: string, params = {}): Refused => ({
  key,
  label: key.toUpperCase(),
  refusal: { code, params },
});
const sentence = ({ code, params }: EngineError) =>
  code === 'task.subtasks_open' ? `${params['count']} open` : code;

it('says a reason once, with all that it keeps from being done, in their order', () => {
  const all = [
    refused('a', 'access.forbidden'),
    refused('b', 'task.action_waiting', { intent: '1' }),
    refused('c', 'access.forbidden', { needs: 'channel-manage' }),
    refused('d', 'task.subtasks_open', { count: 1 }),
    refused('e', 'task.subtasks_open', { count: 2 }),
  ];
  const said = byReason(all, sentence).map((reason) => [
    reason.words,
    ...reason.refused.map(({ key }) => key),
  ]);
  expect(said).toEqual([
    ['access.forbidden', 'a', 'c'],
    ['task.action_waiting', 'b'],
    ['1 open', 'd'],
    ['2 open', 'e'],
  ]);
  expect(byReason([], sentence)).toEqual([]);
});
