// A small client of the protocol, written from docs/internals/sync-protocol.md and http-api.md. It keeps all in
// memory, draws nothing, and takes a difference that has to be repaired for a failure.
import { hello, pull, push, read, readAll, rowsOf, total } from './wire.ts';
import type { Cursor, Intent, Key, Row, Sum, Want } from './wire.ts';

const mode = { snapshot: 2, delta: 3 };
const never = 0n;
const wantsPerPull = 256;
const millisMax = 30_000;

export interface Head { epoch: number; version: bigint; rows: number; sum: Sum; horizon: bigint }
export interface Bucket {
  id: bigint; kind: number; owner: bigint; parent: bigint; epoch: number; head: Head;
  complete: boolean; version: bigint; asOf: bigint; after: Key; rows: Map<string, Row>;
}
export interface Outcome {
  status: number; code: number; replayed: boolean; positions: { bucket: bigint; version: bigint }[];
}
/** A file that a message has; its bytes are uploaded afterwards. */
export interface Claim { id: string; name: string; type: string; bytes: number; sha256: string }
interface Session { token: string; user: bigint; organization: bigint; device: number; salt: bigint }

const keyOf = (key: Key) => `${key.kind} ${key.id}`;
const isBehind = (key: Key, other: Key) =>
  key.kind > other.kind || (key.kind === other.kind && key.id > other.id);
const sameSum = (one: Sum, other: Sum) => one.low === other.low && one.high === other.high;
const start: Key = { kind: 0, id: 0n };

export class Client {
  readonly server: URL;
  readonly session: Session;
  readonly buckets = new Map<bigint, Bucket>();
  readonly outcomes = new Map<bigint, Outcome>();
  readonly outbox = new Map<bigint, Intent>();
  exact = 0; // that the last Welcome counted
  headsTold = 0; // by the last Welcome
  #counter = 0;
  #socket: WebSocket | null = null;
  #checks: (() => void)[] = [];
  #goneAway = 0;

  constructor(server: URL, session: Session) {
    this.server = server;
    this.session = session;
  }

  static async signIn(address: string, email: string, password: string): Promise<Client> {
    const server = new URL(address);
    const answer = await fetch(new URL('/auth/v1/sign-in', server), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password, device: { number: '0', salt: '0', name: 'compat', class: 'mobile' } }),
    });
    if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
    const given: any = await answer.json();
    return new Client(server, {
      token: given.access_token, user: BigInt(given.user), organization: BigInt(given.organization),
      device: given.device, salt: BigInt(given.salt),
    });
  }

  // ---------------------------------------------------------------- the conversation

  async connect(): Promise<void> {
    const address = new URL('/sync/v1/socket', this.server);
    address.protocol = 'ws:';
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    let welcomed = false;
    socket.onopen = () => socket.send(hello({
      token: this.session.token, device: this.session.device, salt: this.session.salt,
      cursors: [...this.buckets.values()].map((bucket) => this.#cursor(bucket)), waiting: this.outbox.size,
    }));
    socket.onmessage = ({ data }) => {
      const { name, body } = read(new Uint8Array(data as ArrayBuffer));
      if (name === 'Welcome') {
        this.#welcome(body);
        welcomed = true;
      } else {
        this.#take(name, body);
      }
      this.#check();
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#socket = null;
      this.#check();
    };
    await this.until('welcome', () => welcomed);
    if (this.outbox.size > 0) socket.send(push([...this.outbox.values()])); // whatever has no outcome
  }

  /** As a cut: nothing that is on its way arrives. */
  cut(): void {
    if (this.#socket) {
      this.#socket.onmessage = null;
      this.#socket.close();
      this.#socket = null;
    }
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${what}`)), millisMax);
      const check = () => {
        const lost = this.#socket === null || this.#goneAway !== 0;
        if (!holds() && !lost) return;
        clearTimeout(timer);
        this.#checks.splice(this.#checks.indexOf(check), 1);
        if (holds()) resolve();
        else reject(new Error(`no ${what}: the connection ended with ${this.#goneAway}`));
      };
      this.#checks.push(check);
    });
  }

  #check(): void {
    for (const check of [...this.#checks]) check();
  }

  #cursor(bucket: Bucket): Cursor {
    return bucket.complete
      ? { bucket: bucket.id, epoch: bucket.epoch, version: bucket.version, sum: total(bucket.rows.values()) }
      : { bucket: bucket.id, epoch: bucket.epoch, version: 0n, sum: { low: 0n, high: 0n } };
  }

  #welcome(welcome: any): void {
    this.session.salt = welcome.salt();
    this.session.device = welcome.device();
    this.exact = welcome.exact();
    this.headsTold = welcome.headsLength();
    for (let i = 0; i < welcome.revokedLength(); ++i) this.buckets.delete(welcome.revoked(i));
    for (let i = 0; i < welcome.headsLength(); ++i) this.#note(welcome.heads(i));
  }

  #take(name: string, body: any): void {
    if (name === 'Heads') {
      for (let i = 0; i < body.headsLength(); ++i) this.#note(body.heads(i));
    } else if (name === 'Revoke') {
      for (let i = 0; i < body.bucketsLength(); ++i) this.buckets.delete(body.buckets(i));
    } else if (name === 'Page') {
      this.#page(body);
    } else if (name === 'Outcomes') {
      for (let i = 0; i < body.outcomesLength(); ++i) this.#outcome(body.outcomes(i));
    } else if (name === 'GoAway') {
      this.#goneAway = body.code();
    }
  }

  // ---------------------------------------------------------------- rows

  /** A bucket's newest head. Where it is of another history there is something to repair. */
  #note(head: any): Bucket {
    const told: Head = {
      epoch: head.epoch(), version: head.version(), rows: head.rows(),
      sum: { low: head.sum()?.low() ?? 0n, high: head.sum()?.high() ?? 0n }, horizon: head.horizon(),
    };
    const known = this.buckets.get(head.bucket());
    if (known) {
      if (known.epoch !== told.epoch) throw new Error(`bucket ${known.id} needs a repair: epoch`);
      if (known.head.version <= told.version) known.head = told;
      return known;
    }
    const bucket: Bucket = {
      id: head.bucket(), kind: head.kind(), owner: head.owner(), parent: head.parent(), epoch: told.epoch,
      head: told, complete: told.version === 0n, version: 0n, asOf: 0n, after: start, rows: new Map(),
    };
    this.buckets.set(bucket.id, bucket);
    return bucket;
  }

  #page(page: any): void {
    if (!this.buckets.has(page.head().bucket())) return; // revoked meanwhile
    const bucket = this.#note(page.head());
    if (page.mode() === mode.snapshot) this.#snapshot(bucket, page);
    else if (page.mode() === mode.delta) this.#delta(bucket, page);
    this.#compare(bucket);
  }

  #snapshot(bucket: Bucket, page: any): void {
    if (bucket.complete) return;
    const isLast = page.afterId() === never;
    const end: Key = { kind: page.afterKind(), id: page.afterId() };
    const rows = rowsOf(page);
    const named = new Set(rows.map(keyOf));
    for (const row of rows) {
      const known = bucket.rows.get(keyOf(row));
      if (!known || known.version < row.version) bucket.rows.set(keyOf(row), row);
    }
    for (const [key, row] of bucket.rows) {
      const inside = isBehind(row, bucket.after) && (isLast || !isBehind(row, end));
      if (inside && !named.has(key) && row.version <= page.to()) bucket.rows.delete(key);
    }
    bucket.asOf = page.to();
    bucket.after = end;
    if (isLast) {
      bucket.complete = true;
      bucket.version = page.to();
    }
  }

  #delta(bucket: Bucket, page: any): void {
    if (!bucket.complete || page.from() !== bucket.version) return; // asked for from the right place
    for (const row of rowsOf(page)) {
      const known = bucket.rows.get(keyOf(row));
      if (known && known.version >= row.version) continue;
      if (row.body === '') bucket.rows.delete(keyOf(row));
      else bucket.rows.set(keyOf(row), row);
    }
    bucket.version = page.to();
  }

  #compare(bucket: Bucket): void {
    if (!bucket.complete || bucket.version !== bucket.head.version) return;
    if (!sameSum(total(bucket.rows.values()), bucket.head.sum) || bucket.rows.size !== bucket.head.rows) {
      throw new Error(`bucket ${bucket.id} needs a repair: another sum at ${bucket.version}`);
    }
  }

  isExact(bucket: Bucket): boolean {
    return bucket.complete && bucket.version === bucket.head.version;
  }

  #want(bucket: Bucket): Want {
    return bucket.complete
      ? { bucket: bucket.id, mode: mode.delta, epoch: bucket.epoch, from: bucket.version, after: start }
      : { bucket: bucket.id, mode: mode.snapshot, epoch: bucket.epoch, from: bucket.asOf, after: bucket.after };
  }

  /** Pulls until every bucket is what its newest head says. Returns the number of pulls. */
  async synchronize(): Promise<number> {
    for (let pulls = 0; ; ++pulls) {
      const behind = [...this.buckets.values()].filter((bucket) => !this.isExact(bucket));
      if (behind.length === 0) return pulls;
      const answer = await fetch(new URL('/sync/v1/pull', this.server), {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-holdfast', Authorization: `Bearer ${this.session.token}` },
        body: pull(behind.slice(0, wantsPerPull).map((bucket) => this.#want(bucket))),
      });
      if (answer.status !== 200) throw new Error(`pull: ${answer.status} ${await answer.text()}`);
      const frames = readAll(new Uint8Array(await answer.arrayBuffer()));
      for (const { name, body } of frames) {
        if (name === 'Page') this.#page(body);
        else throw new Error(`a want was answered with ${name} ${body.code?.()}`);
      }
    }
  }

  // ---------------------------------------------------------------- intents

  #outcome(given: any): void {
    const positions = Array.from({ length: given.positionsLength() }, (_, i) => {
      const position = given.positions(i);
      return { bucket: position.bucket(), version: position.version() };
    });
    const outcome = { status: given.status(), code: given.code(), replayed: given.replayed(), positions };
    this.outcomes.set(given.intent(), outcome);
    this.outbox.delete(given.intent());
  }

  /** An id that this device has not given before. */
  mint(): bigint {
    return (BigInt(this.session.device) << 32n) | BigInt(++this.#counter);
  }

  /** Puts a message into the outbox and, where there is a connection, on its way. */
  post(channel: bigint, text: string, files: Claim[] = []): Intent {
    const id = this.mint();
    const claims = files.length > 0 ? { files } : {};
    const args = JSON.stringify({ channel: String(channel), text, reply_to: [], ...claims });
    const intent = { id, lane: channel, kind: 1, args, claimedAt: Date.now() };
    this.outbox.set(id, intent);
    this.#socket?.send(push([intent]));
    return intent;
  }

  async outcomeOf(intent: Intent): Promise<Outcome> {
    await this.until('outcome', () => this.outcomes.has(intent.id));
    return this.outcomes.get(intent.id)!;
  }
}
