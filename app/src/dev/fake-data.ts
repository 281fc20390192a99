/** Sample data, the same at every start. Messages are computed when they are asked for. */
import type { ChannelCard, Id, MenuGroup, MessageItem, PersonCard } from '../bridge/types.ts';

type Name = [string, string, string, string, PersonCard['presence']];
const names: Name[] = [
  ['Ana', 'Rojas', 'Shift lead', '#8a5a00', 'online'],
  ['Bruno', 'Keller', 'Electrician', '#1f6f54', 'online'],
  ['Carla', 'Mendes', 'Planner', '#7b2f8c', 'away'],
  ['Dawit', 'Bekele', 'Mechanic', '#0f5c8c', 'offline'],
  ['Elif', 'Demir', 'Quality', '#9b2c2c', 'online'],
  ['Fatou', 'Ndiaye', 'Warehouse', '#3f5a1e', 'offline'],
  ['George', 'Papadakis', 'Site manager', '#4a4a9c', 'away'],
  ['María Ángeles', 'Fernández de la Vega', 'Procurement', '#8c3b0f', 'online'],
];

export const people: PersonCard[] = names.map(([name, last_name, job, color, presence], index) => ({
  id: String(index + 1),
  name,
  last_name,
  email: `${name.split(' ')[0]?.toLowerCase().normalize('NFD').replace(/\W/g, '')}@northfield.example`,
  phone: `+1 555 01${String(index).padStart(2, '0')}`,
  job,
  initials: name.charAt(0) + last_name.charAt(0),
  color,
  presence,
}));

function group(id: number, name: string, icon: string, color: string, unread = 0): MenuGroup {
  const kind = 'standard' as const;
  return {
    id: String(id),
    name,
    kind,
    icon,
    color,
    unread,
    url: null,
    available: true,
    children: [],
  };
}

export const groups: MenuGroup[] = [
  group(101, 'Notifications', 'notifications-outline', '#1259c3', 2),
  group(102, 'Direct messages', 'chatbubbles-outline', '#0b6b4c'),
  {
    ...group(103, 'Maintenance', 'construct-outline', '#12304e'),
    kind: 'category',
    children: [
      { ...group(104, 'Work orders', 'build-outline', '#a35200', 7), kind: 'workflow' },
      group(105, 'Preventive plans', 'calendar-outline', '#7b2f8c'),
    ],
  },
  group(106, 'Plant North', 'business-outline', '#0f5c8c', 4),
  group(107, 'Quotes', 'receipt-outline', '#4a4a9c'),
  {
    ...group(108, 'Safety data sheets', 'flask-outline', '#9b2c2c'),
    kind: 'link',
    url: 'https://example.org/',
  },
];

export const subgroups: MenuGroup[] = [group(110, 'Boiler house', 'flash-outline', '#8a5a00', 1)];

export interface FakeChannel {
  id: Id;
  group: Id;
  name: string;
  private: boolean;
  total: number;
  unread: number;
  canWrite: boolean;
  members: Id[];
}

const everybody = people.map(({ id }) => id);

export const channels: FakeChannel[] = [
  ['201', '106', 'Shift handover', false, 100_000, 3, true, everybody],
  ['202', '106', 'Pump P-7 leaks', false, 42, 1, true, ['1', '2', '3']],
  ['203', '106', 'Budget 2027', true, 12, 0, true, ['1', '7']],
  ['204', '106', 'Announcements', false, 9, 0, false, everybody],
  [
    '205',
    '106',
    'New hires, first week on the site and what they need to know',
    false,
    0,
    0,
    true,
    ['1', '8'],
  ],
  ['206', '104', '#321 Pump P-7 leaks', false, 30, 7, true, ['1', '2']],
  ['207', '102', 'Bruno Keller', true, 260, 0, true, ['1', '2']],
  ['208', '110', 'Boiler log', false, 500, 1, true, ['1', '4']],
].map((row) => {
  const [id, of, name, isPrivate, total, unread, canWrite, members] = row as [
    Id,
    Id,
    string,
    boolean,
    number,
    number,
    boolean,
    Id[],
  ];
  return { id, group: of, name, private: isPrivate, total, unread, canWrite, members };
});

const sentences = [
  'Seal kit is on shelf 4. Close the valve first.',
  'Done.',
  'Pressure is stable at 4.2 bar since ten.',
  'Can somebody bring the long ladder to hall B?\nThe short one does not reach the lamp.',
  'Line 3 stands still, the belt came off again.',
  'I am on it.',
  'The supplier says Thursday. I asked for the delivery note and will put it into the order as soon as it is here, so that nobody has to look for it twice.',
  'Photo follows when I have a connection.',
  'Please read the new rule about gloves before you start the saw.',
  'Thanks!',
  'Temperature in the boiler house: 61 °C.',
  'Handover: two pallets wait at gate 2, forklift is charged.',
  'Who has the key of the compressor room?',
  'It was in the drawer all the time.',
];

/** A number that looks like chance and is always the same. */
function mix(seed: number): number {
  let value = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

const stepMs = 11 * 60_000;

/** Message `index` of a channel: the last one is a few minutes old. */
export function messageAt(channel: FakeChannel, index: number, startedAt: number): MessageItem {
  const chance = mix(index * 31 + Number(channel.id));
  const members = channel.members;
  const author =
    people.find(({ id }) => id === members[(chance >>> 3) % members.length]) ?? people[0];
  if (!author) throw new Error('no people');
  const isSystem = chance % 23 === 0;
  const quoted =
    index > 3 && chance % 11 === 0 ? [index - 2, ...(chance % 2 ? [index - 3] : [])] : [];
  return {
    id: `${channel.id}${String(index).padStart(7, '0')}`,
    sort: index,
    kind: isSystem ? 'system' : chance % 67 === 0 ? 'deleted' : 'text',
    author: { id: author.id, name: author.name, initials: author.initials, color: author.color },
    mine: author.id === '1' && !isSystem,
    text: isSystem
      ? `George added ${author.name}.`
      : (sentences[(chance >>> 6) % sentences.length] ?? ''),
    system: isSystem ? { key: 'member_added', params: { by: 'George', who: author.name } } : null,
    at: startedAt - (channel.total - index) * stepMs + (chance % 5) * 60_000,
    reply_to: quoted.map((other) => {
      const { id, author: by, text } = messageAt(channel, other, startedAt);
      return { id, author: by.name, kind: 'text', text, title: null };
    }),
    reactions:
      !isSystem && chance % 13 === 0
        ? [
            { emoji: '👍', count: 2, mine: true, waiting: false, names: ['Ana', 'Bruno'] },
            { emoji: '✅', count: 1, mine: false, waiting: false, names: ['Carla'] },
          ]
        : [],
    state: 'done',
    intent: null,
    by_routine: false,
    error: null,
    can_delete: author.id === '1' && !isSystem,
    form: null,
    files: [],
  };
}

export function cardOf(channel: FakeChannel, last: MessageItem | null): ChannelCard {
  return {
    id: channel.id,
    name: channel.name,
    private: channel.private,
    unread: channel.unread,
    last: last && {
      author: last.author.name,
      kind: last.kind === 'deleted' ? 'deleted' : 'text',
      text: last.text.replaceAll('\n', ' '),
      title: null,
      at: last.at,
      waiting: last.state !== 'done',
      system: last.kind === 'system',
    },
  };
}
