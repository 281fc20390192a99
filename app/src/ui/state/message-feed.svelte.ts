/** The messages of one channel as the list shows them: a window that follows the reader. */
import { tick } from 'svelte';
import type {
  Anchor,
  Id,
  MessageItem,
  MessagesSnapshot,
  OlderMessages,
} from '../../bridge/types.ts';
import { nextFrame } from './frames.ts';
import { call, subscribe } from './engine.svelte.ts';
import {
  nextQuery,
  openingQuery,
  readsOn,
  stepsBetween,
  type WindowQuery,
} from './message-window.ts';

export class MessageFeed {
  items = $state.raw<readonly MessageItem[]>([]);
  /** Whether the list must keep its place from the end while `items` changes. */
  shift = $state(false);
  hasBefore = $state(false);
  hasAfter = $state(false);
  complete = $state(true);
  /** What this phone does not keep of the channel. */
  older = $state.raw<OlderMessages | null>(null);
  isReady = $state(false);
  isBlocked = $state(false);
  /** As it was when the channel was opened: the line stays where it was while one reads. */
  unreadFrom = $state<Id | null>(null);

  readonly #channel: Id;
  readonly #onChange: (change: { jumped: boolean; anchor: Anchor }) => void;
  #open: (() => void)[] = [];
  #anchor: Anchor = 'latest';
  #isWaiting = false;
  #next: MessagesSnapshot | null = null;
  #isApplying = false;

  constructor(channel: Id, onChange: (change: { jumped: boolean; anchor: Anchor }) => void) {
    this.#channel = channel;
    this.#onChange = onChange;
  }

  start(anchor: Anchor): void {
    this.#ask(openingQuery(anchor));
  }

  /** Whether the list is between two windows, so that positions mean nothing. */
  get isMoving(): boolean {
    return this.#isApplying;
  }

  stop(): void {
    for (const close of this.#open) close();
    this.#open = [];
  }

  /** The reader sees items [first, last]: moves the window when an edge comes near. */
  follow(first: number, last: number): void {
    if (this.#isWaiting || this.#isApplying) return;
    const { items, hasBefore, hasAfter } = this;
    const query = nextQuery({ items, hasBefore, hasAfter }, first, last);
    if (query) this.#ask(query);
    else if (readsOn(this.older, first)) this.showOlder();
  }

  /** What becomes of it is told by the next snapshots. */
  showOlder(): void {
    call('show_older', { channel: this.#channel }).catch(() => undefined);
  }

  /** The old window goes on being shown until the new one has arrived. */
  #ask(query: WindowQuery): void {
    this.#isWaiting = true;
    const older = [...this.#open];
    let isFirst = true;
    const close = subscribe(
      { query: 'messages', channel: this.#channel, ...query },
      (next, blocked) => {
        if (isFirst) {
          isFirst = false;
          for (const closeOlder of older) closeOlder();
          this.#open = this.#open.filter((one) => !older.includes(one));
          this.#isWaiting = false;
          this.#anchor = query.anchor;
        }
        this.#receive(next, blocked);
      },
    );
    this.#open.push(close);
  }

  #receive(next: MessagesSnapshot, blocked: boolean): void {
    this.isBlocked = blocked;
    if (blocked) {
      this.items = [];
      this.isReady = false;
      return;
    }
    this.#next = next;
    if (!this.#isApplying) void this.#apply();
  }

  async #apply(): Promise<void> {
    this.#isApplying = true;
    while (this.#next) {
      const next: MessagesSnapshot = this.#next;
      this.#next = null;
      const { steps, jumped } = stepsBetween(this.items, next.items);
      for (const step of steps) {
        this.shift = step.shift;
        this.items = step.items;
        await tick();
        // A change at the start moves the scroll position: the list must have heard of it before
        // the other end changes.
        if (step.shift) await nextFrame();
      }
      this.shift = false;
      this.hasBefore = next.has_before;
      this.hasAfter = next.has_after;
      this.complete = next.complete;
      this.older = next.older;
      if (!this.isReady) this.unreadFrom = next.unread_from;
      this.isReady = true;
      await tick();
      this.#onChange({ jumped, anchor: this.#anchor });
    }
    this.#isApplying = false;
  }
}
