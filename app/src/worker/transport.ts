/**
 * Carries the engine's sockets and requests out. It decides nothing: no retry, no meaning of a status.
 */
import type { Engine, Output } from './engine.ts';

export type HttpRequest = Extract<Output, { kind: 'http' }>;

export interface HttpAnswer {
  request: number;
  /** 0: nobody answered. */
  status: number;
  /** Whether it was a server of ours that answered. */
  ours: boolean;
  body: Uint8Array<ArrayBuffer>;
}

export class Transport {
  readonly #engine: () => Engine;
  readonly #afterInput: () => void;
  #socket: { number: number; socket: WebSocket } | null = null;
  #fetcher: Worker | null;
  /** Requests that the fetcher has not answered yet. */
  readonly #asked = new Set<number>();

  /** `afterInput` carries out what an input has led to. */
  constructor(engine: () => Engine, afterInput: () => void) {
    this.#engine = engine;
    this.#afterInput = afterInput;
    this.#fetcher = this.#startFetcher();
  }

  open(number: number): void {
    this.#drop();
    const address = new URL('/sync/v1/socket', self.location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#input((engine) => engine.socketOpened(number));
    socket.onmessage = (event: MessageEvent<ArrayBuffer>) =>
      this.#input((engine) => engine.socketReceived(number, new Uint8Array(event.data)));
    socket.onclose = () => this.#input((engine) => engine.socketClosed(number));
    this.#socket = { number, socket };
  }

  send(number: number, bytes: Uint8Array<ArrayBuffer>): void {
    const open = this.#socket;
    if (open?.number === number && open.socket.readyState === WebSocket.OPEN) open.socket.send(bytes);
  }

  close(number: number): void {
    if (this.#socket?.number === number) this.#drop();
  }

  request(http: HttpRequest): void {
    this.#asked.add(http.request);
    this.#fetcher ??= this.#startFetcher();
    this.#fetcher.postMessage(http, [http.body.buffer]); // a part of a file may be large
  }

  #startFetcher(): Worker {
    const fetcher = new Worker(new URL('./fetcher.ts', import.meta.url), { type: 'module' });
    fetcher.onmessage = ({ data }: MessageEvent<HttpAnswer>) => this.#answer(data);
    // Its script has not come through: like any request, it is tried again when one is wanted.
    fetcher.onerror = () => {
      this.#fetcher = null;
      for (const request of [...this.#asked]) {
        this.#answer({ request, status: 0, ours: false, body: new Uint8Array(0) });
      }
    };
    return fetcher;
  }

  #answer({ request, status, ours, body }: HttpAnswer): void {
    this.#asked.delete(request);
    this.#input((engine) => engine.httpAnswered(request, status, ours, body));
  }

  #drop(): void {
    if (!this.#socket) return;
    const { socket } = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.#socket = null;
  }

  #input(pass: (engine: Engine) => void): void {
    pass(this.#engine());
    this.#afterInput();
  }
}
