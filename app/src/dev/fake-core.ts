/**
 * A stand-in for the engine, with sample data: the screens can be built, looked at and tested
 * without wasm and without a server. Open the development server with `?fake=ready`, or any other
 * name in `scenarios`; `window.fakeCore.enter('lost')` changes it while the app is open.
 */
import type { EnginePort } from '../bridge/spawn.ts';
import type {
  Calls,
  DoorSnapshot,
  EngineMessage,
  Intent,
  MenuGroup,
  MessageItem,
  MessagesSnapshot,
  OutboxSnapshot,
  Query,
} from '../bridge/types.ts';
import {
  cardOf,
  channels,
  type FakeChannel,
  groups,
  messageAt,
  people,
  subgroups,
} from './fake-data.ts';
import { FakeFiles } from './fake-files.ts';
import { FakeForms } from './fake-forms.ts';
import { refusedAnswer, sampleOutbox } from './fake-outbox.ts';
import { FakeTasks } from './fake-tasks.ts';
import { scenarios, settingsOf, statusOf, type World, worldOf } from './fake-status.ts';
import { fakeReady } from './fake-ready.ts';

type OutboxItem = OutboxSnapshot['items'][number];
type Request = { id: number; call: keyof Calls; args: never; bytes?: ArrayBuffer };
type MessagesQuery = Extract<Query, { query: 'messages' }>;

const allowed = { allowed: true, reason: null };

/** Nothing to lock: sample data is in the window only. */
const openDoor: DoorSnapshot = {
  locked: null,
  here: null,
  others: [],
  pin: null,
  keeps: false,
  drafts: null,
};

export class FakeCore implements EnginePort {
  onmessage: ((event: MessageEvent) => unknown) | null = null;
  readonly #startedAt = Date.now();
  readonly #subscriptions = new Map<number, Query>();
  readonly #extra = new Map<string, MessageItem[]>();
  #outbox: OutboxItem[] = [];
  readonly #files = new FakeFiles();
  readonly #forms = new FakeForms(this.#files);
  readonly #tasks = new FakeTasks(Date.now());
  #world: World;
  #sent = 0;
  #nextIntent = 900_000_001;

  constructor(parameters: URLSearchParams) {
    const scenario = parameters.get('fake') || 'ready';
    this.#world = worldOf(scenario, this.#startedAt);
    if (parameters.has('outbox')) this.#fillOutbox();
    (globalThis as { fakeCore?: FakeCore }).fakeCore = this;
    if (parameters.has('talk')) setInterval(() => this.hear('201', 'Still here.'), 1500);
  }

  get scenarios(): string[] {
    return Object.keys(scenarios);
  }

  /** Enters another state, as the world around the phone would bring it about. */
  enter(scenario: string): void {
    this.#world = worldOf(scenario, Date.now());
    this.#pushAll();
    if (this.#world.connected) this.#deliver();
  }

  /** A message of somebody else arrives. */
  hear(channelId: string, text: string): void {
    const channel = this.#channel(channelId);
    const item = this.#newMessage(channel, text, '2');
    this.#append(channel, { ...item, state: 'done', mine: false });
    this.#pushAll();
  }

  postMessage(message: unknown): void {
    const { id, call, args, bytes } = message as Request;
    queueMicrotask(() => {
      if (bytes) this.#files.add((args as { file: string }).file, bytes);
      this.#handle(id, call, args);
    });
  }

  #handle(id: number, call: keyof Calls, args: never): void {
    try {
      this.#send({ reply: id, ok: this.#answer(id, call, args) });
    } catch (error) {
      this.#send({ reply: id, error: { code: (error as Error).message, params: {} } });
    }
    if (call === 'subscribe') this.#push(id, args);
    else if (call !== 'unsubscribe' && call !== 'platform') this.#pushAll();
  }

  #answer(id: number, call: keyof Calls, args: Record<string, never>): unknown {
    const world = this.#world;
    switch (call) {
      case 'start':
        this.#send({ door: openDoor });
        return {
          version: '0.1.0',
          signed_in: world.signedIn,
          device_class: world.desktop ? 'desktop' : 'mobile',
        };
      case 'sign_in':
        if (args['password'] === 'wrong') throw new Error('auth.wrong_password');
        [world.signedIn, world.ended] = [true, null];
        return { user: '1' };
      case 'sign_out':
        if (this.#outbox.length > 0 && !args['discard']) throw new Error('outbox.not_empty');
        [this.#outbox, world.signedIn] = [[], false];
        return {};
      case 'subscribe':
        this.#subscriptions.set(id, args as unknown as Query);
        return {};
      case 'unsubscribe':
        this.#subscriptions.delete(args['subscription'] as unknown as number);
        return {};
      case 'submit':
        return { intent: this.#submit(args as unknown as Intent) };
      case 'open_form':
        return { draft: 4 };
      case 'set_answer':
        return this.#forms.set(String(args['path']), args['value'] ?? null);
      case 'search_choices':
        return this.#forms.search(String(args['text']));
      case 'review_form':
        return { lines: this.#forms.lines(), verdict: this.#forms.set('', null).verdict };
      case 'begin_file':
        return this.#files.begin(args);
      case 'add_bytes':
        return { missing: 0 };
      case 'read_file':
        return this.#files.read(String(args['file']));
      case 'drop_file':
        this.#files.drop(String(args['file']));
        return {};
      case 'begin_saving':
        return {
          saving: 1,
          key: btoa(String.fromCharCode(9, ...Array<number>(31).fill(0))),
          actions: this.#outbox.length,
          files: 0,
          file_bytes: 0,
          left_out: 0,
          data: new ArrayBuffer(49),
        };
      case 'read_saving':
        return { last: true, data: new ArrayBuffer(1) };
      case 'link_file':
        throw new Error('offline.no_connection');
      case 'set_offline_mode':
        [world.offlineOn, world.bannerClosed] = [Boolean(args['on']), false];
        return {};
      case 'dismiss_banner':
        world.bannerClosed = true;
        return {};
      case 'discard':
      case 'retry':
        this.#outbox = this.#outbox.filter((item) => item.intent !== String(args['intent']));
        return {};
      case 'try_now':
        world.nextTryAt = null;
        setTimeout(() => {
          world.nextTryAt = Date.now() + 8000;
          this.#pushAll();
        }, 700);
        return {};
      default:
        return {};
    }
  }

  #submit(intent: Intent): string {
    const id = String(this.#nextIntent++);
    if (intent.kind === 'channel.read') {
      this.#channel(intent.args.channel).unread = 0;
      return id;
    }
    const channel = 'channel' in intent.args ? this.#channel(intent.args.channel) : null;
    const text = 'text' in intent.args ? intent.args.text : '';
    if (intent.kind === 'message.post' && channel) {
      const item = this.#newMessage(channel, text, '1');
      const reply_to = intent.args.reply_to.map((quoted) => {
        const found = messageAt(channel, Number(quoted.slice(-7)), this.#startedAt);
        return {
          id: quoted,
          author: found.author.name,
          kind: 'text' as const,
          text: found.text,
          title: null,
        };
      });
      const files = this.#files.send(intent.args.files ?? []);
      this.#append(channel, { ...item, intent: id, reply_to, files });
    }
    this.#outbox.push({
      intent: id,
      kind: intent.kind,
      state: 'saved',
      target: channel?.name ?? '',
      channel: channel?.id ?? null,
      text,
      form: null,
      files: [],
      can_discard: true,
      failed_routines: [],
      saved_at: Date.now(),
      refusal: null,
    });
    if (this.#world.connected) this.#deliver();
    return id;
  }

  /** What waits reaches the server a moment later. */
  #deliver(): void {
    setTimeout(() => {
      if (!this.#world.connected) return;
      this.#sent += this.#outbox.filter((item) => item.state !== 'needs_you').length;
      this.#outbox = this.#outbox.filter((item) => item.state === 'needs_you');
      for (const [channel, items] of this.#extra) {
        this.#extra.set(
          channel,
          items.map((item) => ({
            ...item,
            state: 'done',
            files: item.files.map((file) => ({ ...file, state: 'done', sent: file.bytes })),
          })),
        );
      }
      this.#pushAll();
    }, 900);
  }

  #newMessage(channel: FakeChannel, text: string, by: string): MessageItem {
    const number = channel.total + (this.#extra.get(channel.id)?.length ?? 0);
    const template = messageAt(channel, number, this.#startedAt);
    const author = people.find((person) => person.id === by) ?? template.author;
    const { id, name, initials, color } = author;
    return {
      ...template,
      kind: 'text',
      system: null,
      author: { id, name, initials, color },
      mine: by === '1',
      text,
      at: Date.now(),
      reply_to: [],
      reactions: [],
      state: 'saved',
      can_delete: by === '1',
      form: null,
      files: [],
    };
  }

  #append(channel: FakeChannel, item: MessageItem): void {
    this.#extra.set(channel.id, [...(this.#extra.get(channel.id) ?? []), item]);
  }

  #channel(id: string): FakeChannel {
    const found = channels.find((channel) => channel.id === id);
    if (!found) throw new Error('intent.gone');
    return found;
  }

  #send(message: EngineMessage | { door: DoorSnapshot }): void {
    this.onmessage?.({ data: structuredClone(message) } as MessageEvent);
  }

  #pushAll(): void {
    for (const [id, query] of this.#subscriptions) this.#push(id, query);
  }

  #push(id: number, query: Query): void {
    const isStatus = ['session', 'status', 'settings', 'outbox'].includes(query.query);
    const blocked = !isStatus && !(this.#world.connected || this.#world.offlineOn);
    this.#send({ push: id, snapshot: blocked ? null : this.#snapshot(query), blocked });
  }

  #snapshot(query: Query): unknown {
    switch (query.query) {
      case 'session':
        return this.#session();
      case 'status':
        return statusOf(this.#world, this.#outbox);
      case 'menu':
        return { groups: this.#groups(), complete: this.#world.completeAt !== null };
      case 'group':
        return this.#group(query.group);
      case 'channel':
        return this.#channelSnapshot(query.channel);
      case 'messages':
        return this.#messages(query);
      case 'people':
        return { people: this.#people() };
      case 'outbox':
        return this.#outboxSnapshot();
      case 'settings':
        return settingsOf(this.#world, this.#outbox.length, this.#sent);
      case 'search':
        return this.#search(query.text.toLowerCase());
      case 'forms':
        return this.#forms.offered();
      case 'drafts':
        return { drafts: [] };
      case 'filling':
        return this.#forms.filling();
      case 'answer':
        return { answer: this.#answerOf(query.answer) };
      case 'tasks':
        return this.#tasks.list(query);
      case 'task':
        return this.#tasks.one(query.task);
      case 'ready':
        return fakeReady;
    }
  }

  #answerOf(id: string): unknown {
    const refused = id === '999';
    return {
      title: { en: 'Report an incident', es: 'Reportar un incidente' },
      author: { id: '1', name: 'Ana Rojas', initials: 'AR', color: '#0b5394' },
      sent_at: this.#startedAt - 3_600_000,
      lines: this.#forms.lines(),
      aside: [],
      state: refused ? 'needs_you' : 'done',
      refused: refused ? refusedAnswer(id, this.#startedAt) : null,
    };
  }

  #session(): unknown {
    const { signedIn, ended } = this.#world;
    const user = signedIn || ended ? this.#people()[0] : null;
    const organization = { id: '1', name: 'Northfield' };
    return { signed_in: signedIn, ended, user, organization, permissions: [] };
  }

  #people() {
    const { connected } = this.#world;
    return people.map((person) => (connected ? person : { ...person, presence: 'unknown' }));
  }

  #groups(): MenuGroup[] {
    const { connected } = this.#world;
    return groups.map((group) =>
      group.kind === 'link' ? { ...group, available: connected } : group,
    );
  }

  #group(id: string): unknown {
    const all = [...groups, ...groups.flatMap((group) => group.children), ...subgroups];
    const group = all.find((one) => one.id === id) ?? null;
    return {
      group,
      subgroups: id === '106' ? subgroups : [],
      channels: channels.filter((one) => one.group === id).map((one) => this.#card(one)),
      create_channel: id === '107' ? { allowed: false, reason: 'reason.no_permission' } : allowed,
      complete: true,
    };
  }

  #card(channel: FakeChannel) {
    const extra = this.#extra.get(channel.id) ?? [];
    const stored =
      channel.total > 0 ? messageAt(channel, channel.total - 1, this.#startedAt) : null;
    return cardOf(channel, extra.at(-1) ?? stored);
  }

  #channelSnapshot(id: string): unknown {
    const channel = channels.find((one) => one.id === id);
    if (!channel)
      return {
        channel: null,
        members: [],
        attached: [],
        commands: [],
        write: allowed,
        manage: allowed,
      };
    const group = [...groups, ...groups.flatMap((one) => one.children), ...subgroups].find(
      (one) => one.id === channel.group,
    );
    const refused = { allowed: false, reason: 'reason.read_only' };
    return {
      channel: {
        id,
        name: channel.name,
        private: channel.private,
        group: { id: channel.group, name: group?.name ?? '' },
      },
      members: this.#people().filter((person) => channel.members.includes(person.id)),
      attached: this.#files.at(`channel ${id}`),
      commands: [
        { command: 'ticket', name: 'Open a work order', hint: 'what is to be done' },
        { command: 'on-call', name: 'Say who is on call', hint: '' },
      ],
      write: channel.canWrite ? allowed : refused,
      manage: channel.canWrite ? allowed : { allowed: false, reason: 'reason.no_permission' },
    };
  }

  #messages({ channel: id, anchor, before, after }: MessagesQuery): MessagesSnapshot {
    const channel = this.#channel(id);
    const extra = this.#extra.get(id) ?? [];
    const total = channel.total + extra.length;
    const unread = channel.unread > 0 ? channel.total - channel.unread : null;
    const start = anchor === 'unread' ? (unread ?? total) : total;
    const at = typeof anchor === 'object' ? anchor.sort : start;
    const from = Math.max(0, at - before);
    const to = Math.min(total, at + after + 1);
    const items: MessageItem[] = [];
    for (let index = from; index < to; index += 1) {
      const added = extra[index - channel.total];
      items.push(added ?? messageAt(channel, index, this.#startedAt));
    }
    return {
      items,
      has_before: from > 0,
      has_after: to < total,
      unread_from: unread === null ? null : messageAt(channel, unread, this.#startedAt).id,
      complete: this.#world.completeAt !== null,
      older: null,
      total,
    };
  }

  #outboxSnapshot(): OutboxSnapshot {
    const count = (state: OutboxItem['state']) =>
      this.#outbox.filter((item) => item.state === state).length;
    const items = [...this.#outbox];
    return {
      waiting: count('saved'),
      sending: count('sending'),
      needs_you: count('needs_you'),
      adjusted: [],
      items,
      uploads: [],
    };
  }

  #search(text: string): unknown {
    const has = (value: string) => value.toLowerCase().includes(text);
    const channel = this.#channel('201');
    const messages = Array.from({ length: 400 }, (_, index) =>
      messageAt(channel, channel.total - 1 - index * 37, this.#startedAt),
    ).filter((item) => item.kind === 'text' && has(item.text));
    return {
      groups: groups.filter((group) => has(group.name)),
      channels: channels
        .filter((one) => has(one.name))
        .map((one) => ({ ...this.#card(one), group: 'Plant North' })),
      people: this.#people().filter((person) => has(`${person.name} ${person.last_name}`)),
      messages: messages.slice(0, 20).map(({ id, sort, author, text: found, at }) => ({
        id,
        sort,
        channel: '201',
        channel_name: channel.name,
        author: author.name,
        text: found,
        at,
      })),
    };
  }

  #fillOutbox(): void {
    const now = this.#startedAt;
    this.#outbox = sampleOutbox(this.#nextIntent, now);
    this.#nextIntent += this.#outbox.length;
    const channel = this.#channel('202');
    for (const waiting of this.#outbox.slice(3, 4)) {
      const message = this.#newMessage(channel, waiting.text, '1');
      this.#append(channel, { ...message, at: waiting.saved_at, intent: waiting.intent });
    }
    const refused = this.#newMessage(channel, 'The old seal goes back to the store.', '1');
    this.#append(channel, {
      ...refused,
      state: 'needs_you',
      error: { code: 'access.read_only', params: {} },
      at: now - 60_000,
    });
  }
}
