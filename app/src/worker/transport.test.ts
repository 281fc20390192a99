import { beforeEach, expect, test, vi } from 'vitest';

import type { Engine } from './engine.ts';
import { Transport, type HttpAnswer, type HttpRequest } from './transport.ts';

class FakeWorker {
  static all: FakeWorker[] = [];
  asked: HttpRequest[] = [];
  onmessage: (event: { data: HttpAnswer }) => void = () => undefined;
  onerror: () => void = () => undefined;

  constructor() {
    FakeWorker.all.push(this);
  }
  postMessage(request: HttpRequest): void {
    this.asked.push(request);
  }
}

const request = (number: number): HttpRequest => ({
  kind: 'http',
  request: number,
  method: 'GET',
  path: '/',
  contentType: '',
  authorization: '',
  body: new Uint8Array(0),
  timeoutMillis: 1000,
  headers: '',
});

let answers: [number, number][];
let transport: Transport;

beforeEach(() => {
  FakeWorker.all = [];
  vi.stubGlobal('Worker', FakeWorker);
  answers = [];
  const engine = {
    httpAnswered: (number: number, status: number) => answers.push([number, status]),
  } as unknown as Engine;
  transport = new Transport(
    () => engine,
    () => undefined,
  );
});

test('an answer goes to the engine', () => {
  transport.request(request(1));
  FakeWorker.all[0]!.onmessage({ data: { request: 1, status: 200, ours: true, body: new Uint8Array(2) } });
  expect(answers).toEqual([[1, 200]]);
});

test('without its script nobody has answered, and the next request fetches it again', () => {
  transport.request(request(1));
  transport.request(request(2));
  FakeWorker.all[0]!.onmessage({ data: { request: 1, status: 200, ours: true, body: new Uint8Array(0) } });
  FakeWorker.all[0]!.onerror();
  expect(answers).toEqual([
    [1, 200],
    [2, 0],
  ]);
  transport.request(request(3));
  expect(FakeWorker.all).toHaveLength(2);
  expect(FakeWorker.all[1]!.asked.map((asked) => asked.request)).toEqual([3]);
});
