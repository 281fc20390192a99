/** A phone on which something is missing, for building the page that says so. */
import type { ReadySnapshot } from '../bridge/types.ts';

const whole = { have: 120, expected: 120, bytes: 0, whole: true };
const coming = { have: 80, expected: 100, bytes: 42_000, whole: false };
const pictures = { have: 2, missing: 3, bytes: 1_800_000, too_large: 0 };

export const fakeReady: ReadySnapshot = {
  ready: false,
  can_fetch: true,
  rows: { have: 200, expected: 220, bytes: 42_000, whole: false },
  seconds_left: 40,
  pictures,
  fetching: { files: 0, bytes: 0, seconds_left: null, full: false, room: 60_000_000 },
  groups: [
    {
      id: '100',
      name: 'Operations',
      rows: whole,
      pictures: { have: 0, missing: 0, bytes: 0, too_large: 0 },
      missing: [],
      more: 0,
    },
    {
      id: '101',
      name: 'Maintenance',
      rows: coming,
      pictures,
      missing: [{ id: '1001', name: 'Pump P-7', is_task: true, rows: coming, pictures }],
      more: 2,
    },
  ],
  forms: [
    { form: '1', title: { en: 'Incident report', es: 'Informe' }, blocked: false, why: [] },
    {
      form: '2',
      title: { en: 'Spare part', es: 'Repuesto' },
      blocked: true,
      why: [{ why: 'connection', label: { en: 'Part', es: 'Pieza' }, required: true }],
    },
  ],
};
