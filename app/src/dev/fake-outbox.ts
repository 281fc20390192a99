/** Actions that wait or were refused, of every sort that the screens have to show. */
import type { Id, OutboxItem, Refusal } from '../bridge/types.ts';

const refusedItem: Refusal = {
  error: { code: 'access.read_only', params: {} },
  situation: '',
  asked: null,
  happened: null,
  kept: '',
  task: null,
  choices: ['edit', 'retry', 'copy', 'discard'],
};

function item(intent: Id, now: number, over: Partial<OutboxItem>): OutboxItem {
  return {
    intent,
    kind: 'message.post',
    state: 'saved',
    target: 'Pump P-7 leaks',
    channel: '202',
    text: 'Starting now, water is off.',
    form: null,
    files: [],
    can_discard: true,
    failed_routines: [],
    saved_at: now - 5 * 60_000,
    refusal: null,
    ...over,
  };
}

/** A form whose task somebody else has moved meanwhile. */
export function conflict(intent: Id, now: number): OutboxItem {
  return item(intent, now, {
    kind: 'task.change_state',
    state: 'needs_you',
    target: 'Leak at pump P-7',
    channel: '702',
    text: '',
    form: { en: 'Acceptance', es: 'Aceptación' },
    saved_at: now - 3 * 3_600_000,
    refusal: {
      error: { code: 'task.stale_state', params: {} },
      situation: 'overtaken_offline',
      asked: '5. Closed',
      happened: {
        by: 'Bruno Sosa',
        mine: false,
        at: now - 2 * 3_600_000,
        from: '2. Pending',
        to: '1. Reported',
        offline: true,
      },
      kept: 'in_channel',
      task: {
        group: '105',
        task: '702',
        name: 'Leak at pump P-7',
        serial: 7,
        state: '1. Reported',
      },
      choices: ['edit', 'attach', 'copy', 'discard'],
    },
  });
}

/** A form with an answer that the server does not take. */
export function refusedAnswer(intent: Id, now: number): OutboxItem {
  const error = { code: 'answer.too_short', params: { component: 'what', min: '30' } };
  return item(intent, now, {
    kind: 'answer.submit',
    state: 'needs_you',
    text: '',
    form: { en: 'Report an incident', es: 'Reportar un incidente' },
    refusal: { ...refusedItem, error, choices: ['edit', 'retry', 'discard'] },
  });
}

export function sampleOutbox(first: number, now: number): OutboxItem[] {
  const announcement = {
    target: 'Announcements',
    channel: '204',
    text: 'Lunch is at one today.',
    refusal: refusedItem,
  };
  return [
    conflict(String(first), now),
    item(String(first + 1), now, { state: 'needs_you', ...announcement }),
    item(String(first + 2), now, { state: 'sending', kind: 'message.react', text: '👍' }),
    item(String(first + 3), now, {}),
    item(String(first + 4), now, { kind: 'profile.update', channel: null, target: '', text: '' }),
  ];
}
