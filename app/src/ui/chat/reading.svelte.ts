/** Where the reader of a channel is: keeps the place, follows the end, and marks what was read. */
import type { VirtualizerHandle } from 'virtua/svelte';
import type { Anchor, Id, MessageItem } from '../../bridge/types.ts';
import { attempt } from '../state/engine.svelte.ts';
import { nextFrame } from '../state/frames.ts';
import { MessageFeed } from '../state/message-feed.svelte.ts';
import { lastDelivered } from '../state/message-window.ts';

/** So near to the end, in pixels, the reader is taken to be at the end. */
const nearEnd = 32;

export class Reading {
  readonly feed: MessageFeed;
  isAtEnd = $state(false);
  /** The first message on the screen. */
  topIndex = $state(0);
  /** The last message seen at the end of the list: what came after it is new. */
  #seen = $state.raw<MessageItem | null>(null);
  readonly #last = $derived.by(() => lastDelivered(this.feed.items));
  readonly newer = $derived.by(() => this.#countNewer());

  readonly #channel: Id;
  #list: VirtualizerHandle | undefined;
  #scroller: HTMLElement | undefined;
  #read: Id | null = null;
  #lastOffset = 0;
  #wantsEnd = false;
  #settling = 0;

  constructor(channel: Id) {
    this.#channel = channel;
    this.feed = new MessageFeed(channel, (change) => void this.#settle(change));
  }

  attach(scroller: HTMLElement, list: VirtualizerHandle | undefined): void {
    this.#scroller = scroller;
    this.#list = list;
  }

  /** Stays at the end when the end moves: a new message, a keyboard, a picture that came. */
  stick(): void {
    const scroller = this.#scroller;
    if (!scroller || !this.isAtEnd || this.feed.hasAfter || this.#isHeld) return;
    scroller.scrollTop = scroller.scrollHeight;
  }

  /** Whether the keyboard's focus is on a message: the list does not move it off the screen. */
  get #isHeld(): boolean {
    const { activeElement } = document;
    return this.#scroller !== activeElement && this.#scroller?.contains(activeElement) === true;
  }

  showLatest(): void {
    this.#wantsEnd = true;
    if (this.feed.hasAfter) {
      this.feed.start('latest');
    } else {
      this.isAtEnd = true;
      this.stick();
    }
  }

  /** Whether the list moves by itself, on its way to a place or between two windows. */
  get isUnsettled(): boolean {
    return this.#settling > 0 || this.feed.isMoving;
  }

  /** After each move of the list. */
  look(): void {
    const list = this.#list;
    if (!list || this.feed.items.length === 0 || this.isUnsettled) return;
    const offset = list.getScrollOffset();
    const view = list.getViewportSize();
    this.topIndex = list.findItemIndex(offset + 8);
    const isNear = !this.feed.hasAfter && offset + view >= list.getScrollSize() - nearEnd;
    // Growing messages move the end away; only going up means that the reader left it.
    if (isNear) this.isAtEnd = true;
    else if (offset < this.#lastOffset - 1 || this.feed.hasAfter || this.#isHeld)
      this.isAtEnd = false;
    this.#lastOffset = offset;
    this.feed.follow(this.topIndex, list.findItemIndex(offset + view));
  }

  /** To be called in an effect: tells the engine once the last message has been seen. */
  markRead(isVisible: boolean): void {
    const { isReady, hasAfter, unreadFrom } = this.feed;
    const last = this.#last;
    if (!this.isAtEnd || !isVisible || !last || hasAfter || !isReady) return;
    const seen = this.#seen;
    const isNews = seen === null ? unreadFrom !== null : last.sort > seen.sort && !last.mine;
    this.#seen = last;
    if (!isNews || this.#read === last.id) return;
    this.#read = last.id;
    const args = { channel: this.#channel, message: last.id };
    void attempt('submit', { kind: 'channel.read', args });
  }

  /** After every change of the messages: goes where the reader wanted to be, or keeps the place. */
  async #settle(change: { jumped: boolean; anchor: Anchor }): Promise<void> {
    this.#settling += 1;
    if (this.#wantsEnd && !this.feed.hasAfter) [this.#wantsEnd, this.isAtEnd] = [false, true];
    // The list was just made: what asks for its measures waits for a task of its own, still before it is painted.
    if (change.jumped) await nextFrame();
    if (change.jumped && !this.isAtEnd) {
      await this.#place(change.anchor);
    } else {
      this.stick();
      await nextFrame();
      await nextFrame();
    }
    this.#settling -= 1;
    this.#lastOffset = 0; // another list: not comparable with where it stood before
    this.stick();
    this.look();
  }

  /**
   * Goes to a message: a third down the screen, so that one sees what was before it. Messages on the
   * way get their true heights only when they are drawn, so the aim is taken until it is met.
   */
  async #place(anchor: Anchor): Promise<void> {
    const target = typeof anchor === 'object' ? anchor.id : this.feed.unreadFrom;
    const index = this.feed.items.findIndex((item) => item.id === target);
    this.isAtEnd = index < 0;
    this.stick();
    for (let still = 0, tries = 0; index >= 0 && still < 4 && tries < 60; tries += 1) {
      const [list, scroller] = [this.#list, this.#scroller];
      if (!list || !scroller || this.#isHeld) return;
      const wanted = list.getItemOffset(index) - scroller.clientHeight / 3;
      const end = scroller.scrollHeight - scroller.clientHeight;
      const top = Math.round(Math.min(Math.max(wanted, 0), end));
      const isMet = Math.abs(scroller.scrollTop - top) <= 1;
      if (!isMet) scroller.scrollTop = top;
      still = isMet ? still + 1 : 0;
      await nextFrame();
    }
  }

  #countNewer(): number {
    const seen = this.#seen;
    if (this.isAtEnd || !seen) return 0;
    const isNew = (item: MessageItem) =>
      item.sort > seen.sort && !item.mine && item.state === 'done';
    return this.feed.items.filter(isNew).length;
  }
}
