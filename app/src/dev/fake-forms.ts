/** One form with a component of every kind, for the stand-in engine. */
import type {
  AnswerLine,
  AnswerValue,
  Choice,
  ComponentInput,
  ComponentKind,
  FillingComponent,
  FillingSnapshot,
  FillingVerdict,
  FormsSnapshot,
  Texts,
} from '../bridge/types.ts';

import type { FakeFiles } from './fake-files.ts';

const title: Texts = { en: 'Report an incident', es: 'Reportar un incidente' };
const allowed = { allowed: true, reason: null };
const yesNo = [
  { value: 'yes', label: { en: 'Yes', es: 'Sí' } },
  { value: 'no', label: { en: 'No', es: 'No' } },
];
const written = (input: 'short' | 'long' | 'number'): ComponentInput => ({ input });

type Plan = [string, ComponentKind, Texts, ComponentInput, boolean, Texts?];
const plans: Plan[] = [
  [
    'danger',
    'list',
    { en: 'Is anybody in danger?', es: '¿Hay alguien en peligro?' },
    { items: yesNo, max: 1 },
    true,
  ],
  [
    'call',
    'text',
    { en: 'Call the control room first.', es: 'Llama primero a la sala de control.' },
    {},
    false,
  ],
  [
    'asset',
    'collection',
    { en: 'Where is it?', es: '¿Dónde está?' },
    { levels: ['Sites', 'Places', 'Assets'], max: 1 },
    true,
    { en: 'Site, place and machine.', es: 'Sede, lugar y máquina.' },
  ],
  [
    'what',
    'written',
    { en: 'What happened?', es: '¿Qué pasó?' },
    written('long'),
    true,
    { en: 'What do you see, hear or smell?', es: '¿Qué ves, oyes o hueles?' },
  ],
  [
    'temperature',
    'written',
    { en: 'Temperature, °C', es: 'Temperatura, °C' },
    written('number'),
    false,
  ],
  ['seen', 'date', { en: 'Seen at', es: 'Visto el' }, { time: true, zone: '' }, true],
  [
    'grade',
    'rating',
    { en: 'How bad is it?', es: '¿Qué tan grave es?' },
    { min: 1, max: 5 },
    false,
  ],
  ['where', 'location', { en: 'Your position', es: 'Tu posición' }, {}, false],
  [
    'photos',
    'camera',
    { en: 'Photos', es: 'Fotos' },
    { source: 'any', side_max: 1600, max: 3 },
    false,
  ],
  [
    'report',
    'attachment',
    { en: 'Report of the supplier', es: 'Informe del proveedor' },
    { types: ['application/pdf'], max: 2 },
    false,
  ],
  ['signature', 'signature', { en: 'Signature', es: 'Firma' }, {}, false],
];

const choices: Choice[] = [
  'North campus',
  'South campus',
  'Harbour terminal',
  'Cold store Ñuñoa',
].map((name, index) => ({ id: String(700 + index), code: `S-${index + 1}`, name }));

export class FakeForms {
  readonly #values = new Map<string, AnswerValue>();
  readonly #files: FakeFiles;

  constructor(files: FakeFiles) {
    this.#files = files;
  }

  offered(): FormsSnapshot {
    return {
      forms: [
        { form: '601', title, blocked: null },
        {
          form: '602',
          title: { en: 'Daily round', es: 'Ronda diaria' },
          blocked: null,
        },
        {
          form: '603',
          title: { en: 'Close the work order', es: 'Cerrar la orden de trabajo' },
          blocked: null,
        },
      ],
      drafts: [
        {
          draft: 3,
          channel: { id: '201', name: '' },
          task: null,
          title,
          changed_at: Date.now() - 8 * 60_000,
        },
      ],
      send: allowed,
    };
  }

  filling(): FillingSnapshot {
    return {
      filling: {
        title,
        task: null,
        runs_routine: false,
        channel: { id: '201', name: 'Pump P-7 leaks' },
        outdated: false,
        send: allowed,
        components: plans.map((plan) => this.#component(plan)),
        files: this.#files.at('draft 4'),
        verdict: this.#verdict(),
      },
    };
  }

  set(path: string, value: AnswerValue): { changed: FillingComponent[]; verdict: FillingVerdict } {
    this.#values.set(path, value);
    const changed = plans.filter(([own]) => own === path).map((plan) => this.#component(plan));
    return { changed, verdict: this.#verdict() };
  }

  search(text: string): { items: Choice[]; more: boolean } {
    const items = choices.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
    return { items, more: false };
  }

  lines(): AnswerLine[] {
    const value: Record<string, Partial<AnswerLine>> = {
      danger: { value: ['no'], items: [{ en: 'No', es: 'No' }] },
      asset: {
        value: ['700'],
        names: ['North campus', 'Building A roof', 'Pump P-7'],
        input: { levels: 3 },
      },
      what: { value: 'Water on the floor.' },
      grade: { value: 4, input: { max: 5 } },
    };
    return plans
      .filter(([path]) => path in value)
      .map(([path, kind, label]) => ({
        path,
        kind,
        label,
        input: {},
        value: null,
        names: [],
        files: null,
        items: [],
        parts: [],
        ...value[path],
      }));
  }

  #component([path, kind, label, input, required, help = {}]: Plan): FillingComponent {
    const value = this.#values.get(path) ?? null;
    const isMissing = required && value === null;
    const chosen = kind === 'collection' && Array.isArray(value) ? value : [];
    return {
      path,
      kind,
      label,
      help,
      required,
      visible: path !== 'call' || String(this.#values.get('danger') ?? '') === 'yes',
      enabled: true,
      why: null,
      trouble: isMissing ? { code: 'answer.required', params: {} } : null,
      input,
      value,
      names: chosen.map((id) => choices.find((choice) => choice.id === id)?.name ?? ''),
      parts: [],
    };
  }

  #verdict(): FillingVerdict {
    const required = plans.filter(([, , , , isRequired]) => isRequired);
    const wrong = required.map(([path]) => path).filter((path) => !this.#values.get(path));
    return {
      can_submit: wrong.length === 0,
      trouble: null,
      blocked: [],
      wrong,
      required: required.length,
      answered: required.length - wrong.length,
    };
  }
}
