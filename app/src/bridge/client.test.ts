import { describe, expect, it } from 'vitest';
import { EngineClient, EngineRefusal } from './client.ts';
import type { EnginePort } from './spawn.ts';

interface Sent {
  id: number;
  call: string;
  args: unknown;
}

function makePort() {
  const sent: Sent[] = [];
  const port: EnginePort = {
    postMessage: (message) => sent.push(message as Sent),
    onmessage: null,
  };
  const receive = (data: unknown) => port.onmessage?.({ data } as MessageEvent);
  return { sent, port, receive };
}

describe('EngineClient', () => {
  it('answers a call by its id, in whatever order the answers come', async () => {
    const { sent, port, receive } = makePort();
    const client = new EngineClient(port);
    const first = client.call('try_now', {});
    const second = client.call('set_offline_mode', { on: true });
    expect(sent.map((message) => message.call)).toEqual(['try_now', 'set_offline_mode']);
    receive({ reply: 2, ok: {} });
    receive({ reply: 1, ok: {} });
    await expect(Promise.all([first, second])).resolves.toEqual([{}, {}]);
  });

  it('throws the refusal with its code and parameters', async () => {
    const { port, receive } = makePort();
    const client = new EngineClient(port);
    const call = client.call('sign_out', { discard: false });
    receive({ reply: 1, error: { code: 'outbox.not_empty', params: { waiting: 3 } } });
    await expect(call).rejects.toBeInstanceOf(EngineRefusal);
    await expect(call).rejects.toMatchObject({
      error: { code: 'outbox.not_empty', params: { waiting: 3 } },
    });
  });

  it('hands bytes over with a call, and gives those of an answer', async () => {
    const { sent, port, receive } = makePort();
    const handedOver: unknown[] = [];
    const post = port.postMessage.bind(port);
    port.postMessage = (message, transfer) => {
      handedOver.push(transfer);
      post(message);
    };
    const client = new EngineClient(port);
    const bytes = new ArrayBuffer(3);
    const added = client.call('add_bytes', { file: '9' }, bytes);
    expect(sent).toEqual([{ id: 1, call: 'add_bytes', args: { file: '9' }, bytes }]);
    expect(handedOver).toEqual([[bytes]]);
    receive({ reply: 1, ok: { missing: 0 } });
    await expect(added).resolves.toEqual({ missing: 0 });
    const read = client.call('read_file', { file: '9', at: 0 });
    receive({ reply: 2, ok: { type: 'image/png', bytes: 3 }, bytes });
    await expect(read).resolves.toEqual({ type: 'image/png', bytes: 3, data: bytes });
  });

  it('hands snapshots to the subscription until it is closed', () => {
    const { sent, port, receive } = makePort();
    const client = new EngineClient(port);
    const seen: unknown[] = [];
    const close = client.subscribe({ query: 'people' }, (snapshot, blocked) =>
      seen.push([snapshot, blocked]),
    );
    receive({ reply: 1, ok: {} });
    receive({ push: 1, snapshot: { people: [] }, blocked: false });
    close();
    close();
    receive({ push: 1, snapshot: { people: [] }, blocked: true });
    expect(seen).toEqual([[{ people: [] }, false]]);
    expect(sent).toEqual([
      { id: 1, call: 'subscribe', args: { query: 'people' } },
      { id: 2, call: 'unsubscribe', args: { subscription: 1 } },
    ]);
  });
});

describe('EngineClient after another tab took over', () => {
  it('opens again what was open, under the same ids', () => {
    const { sent, port, receive } = makePort();
    const client = new EngineClient(port);
    client.subscribe({ query: 'menu' }, () => undefined);
    client.subscribe({ query: 'people' }, () => undefined)();
    sent.length = 0;
    receive({ restarted: true, seen: 9 });
    expect(sent).toEqual([{ id: 1, call: 'subscribe', args: { query: 'menu' } }]);
  });

  it('repeats unanswered calls that may be made twice', async () => {
    const { sent, port, receive } = makePort();
    const client = new EngineClient(port);
    const call = client.call('retry', { intent: '7' });
    receive({ restarted: true, seen: 9 });
    expect(sent).toEqual([
      { id: 1, call: 'retry', args: { intent: '7' } },
      { id: 1, call: 'retry', args: { intent: '7' } },
    ]);
    receive({ reply: 1, ok: {} });
    receive({ reply: 1, ok: {} });
    await expect(call).resolves.toEqual({});
  });

  it('never repeats a submit: it says that the answer was lost', async () => {
    const { sent, port, receive } = makePort();
    const client = new EngineClient(port);
    const call = client.call('submit', {
      kind: 'message.post',
      args: { channel: '1', text: 'hello', reply_to: [] },
    });
    receive({ restarted: true, seen: 9 });
    await expect(call).rejects.toMatchObject({ error: { code: 'engine.restarted' } });
    expect(sent).toHaveLength(1);
  });

  it('tells the new engine the platform again, first, though it was answered', () => {
    const { sent, port, receive } = makePort();
    const client = new EngineClient(port);
    void client.call('platform', { online: true, visible: false, utc_offset_minutes: 60 });
    receive({ reply: 1, ok: {} });
    client.subscribe({ query: 'status' }, () => undefined);
    sent.length = 0;
    receive({ restarted: true, seen: 9 });
    expect(sent.map((message) => message.call)).toEqual(['platform', 'subscribe']);
  });

  it('leaves alone what reaches the new engine by itself', async () => {
    const { sent, port, receive } = makePort();
    const client = new EngineClient(port);
    void client.call('start', {} as never);
    receive({ reply: 1, ok: {} });
    const call = client.call('submit', {
      kind: 'message.post',
      args: { channel: '1', text: 'hello', reply_to: [] },
    });
    client.subscribe({ query: 'menu' }, () => undefined);
    sent.length = 0;
    receive({ restarted: true, seen: 1 });
    expect(sent.map((message) => message.call)).toEqual(['start']);
    receive({ reply: 2, ok: { intent: '7' } });
    await expect(call).resolves.toEqual({ intent: '7' });
  });
});
