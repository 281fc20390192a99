/**
 * Carries the engine's sockets and requests out. It decides nothing: no retry, no meaning of a status.
 */
import type { Engine, Output } from './engine.ts';

type Http = Extract<Output, { kind: 'http' }>;

export class Transport {
  readonly #engine: () => Engine;
  readonly #afterInput: () => void;
  #socket: { number: number; socket: WebSocket } | null = null;

  /** `afterInput` carries out what an input has led to. */
  constructor(engine: () => Engine, afterInput: () => void) {
    this.#engine = engine;
    this.#afterInput = afterInput;
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

  async request(http: Http): Promise<void> {
    const { status, ours, body } = await answerTo(http);
    this.#input((engine) => engine.httpAnswered(http.request, status, ours, body));
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

/** Status 0: nobody answered. */
async function answerTo(http: Http): Promise<{ status: number; ours: boolean; body: Uint8Array }> {
  const headers: Record<string, string> = { 'Content-Type': http.contentType };
  if (http.authorization !== '') headers['Authorization'] = http.authorization;
  try {
    const response = await fetch(http.path, {
      method: http.method,
      headers,
      ...(http.method === 'GET' ? {} : { body: http.body }),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'manual',
      signal: AbortSignal.timeout(http.timeoutMillis),
    });
    const body = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, ours: response.headers.get('Holdfast') === '1', body };
  } catch {
    return { status: 0, ours: false, body: new Uint8Array(0) };
  }
}
