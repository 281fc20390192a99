// Frames of docs/internals/sync-protocol.md with the accessors that flatc makes from spec/sync.fbs: what this
// client says, and the columns of a page. The sum of a row is XXH3-128 (spec/vectors/README.md).
import { Builder, ByteBuffer } from 'flatbuffers';
import { createXXHash128 } from 'hash-wasm';

import { loadAccessors } from '../vectors/accessors.mjs';

export const fb: any = await loadAccessors();
const hasher = await createXXHash128(0, 0);

export interface Sum { low: bigint; high: bigint }
export interface Key { kind: number; id: bigint }
export interface Row extends Key { version: bigint; sort: bigint; body: string }
export interface Cursor { bucket: bigint; epoch: number; version: bigint; sum: Sum }
export interface Intent { id: bigint; lane: bigint; kind: number; args: string; claimedAt: number }
export interface Want { bucket: bigint; mode: number; epoch: number; from: bigint; after: Key }

const bytesOf = new TextEncoder();
const textOf = new TextDecoder('utf-8', { fatal: true });
const mask128 = (1n << 128n) - 1n;
const mask64 = (1n << 64n) - 1n;

// ------------------------------------------------------------------ frames out

function frame(builder: Builder, type: number, body: number): Uint8Array {
  fb.Frame.startFrame(builder);
  fb.Frame.addBodyType(builder, type);
  fb.Frame.addBody(builder, body);
  fb.Frame.finishFrameBuffer(builder, fb.Frame.endFrame(builder));
  return builder.asUint8Array().slice();
}

export interface Greeting { token: string; device: number; salt: bigint; cursors: Cursor[]; waiting: number }

export function hello(greeting: Greeting): Uint8Array {
  const builder = new Builder(1024);
  const cursors = fb.Hello.createCursorsVector(builder, greeting.cursors.map((cursor) => {
    fb.Cursor.startCursor(builder);
    fb.Cursor.addBucket(builder, cursor.bucket);
    fb.Cursor.addEpoch(builder, cursor.epoch);
    fb.Cursor.addVersion(builder, cursor.version);
    fb.Cursor.addSum(builder, fb.Sum.createSum(builder, cursor.sum.low, cursor.sum.high));
    return fb.Cursor.endCursor(builder);
  }));
  const token = builder.createString(greeting.token);
  const version = builder.createString('compat');
  fb.Hello.startHello(builder);
  fb.Hello.addProtocol(builder, 1);
  fb.Hello.addToken(builder, token);
  fb.Hello.addDevice(builder, greeting.device);
  fb.Hello.addSalt(builder, greeting.salt);
  fb.Hello.addAppVersion(builder, version);
  fb.Hello.addDeviceClass(builder, 1);
  fb.Hello.addCursors(builder, cursors);
  fb.Hello.addWaiting(builder, greeting.waiting);
  return frame(builder, fb.Body.Hello, fb.Hello.endHello(builder));
}

export function push(intents: Intent[]): Uint8Array {
  const builder = new Builder(1024);
  const offsets = intents.map((intent) => {
    const args = builder.createString(intent.args);
    fb.Intent.startIntent(builder);
    fb.Intent.addId(builder, intent.id);
    fb.Intent.addLane(builder, intent.lane);
    fb.Intent.addKind(builder, intent.kind);
    fb.Intent.addVersion(builder, 1);
    fb.Intent.addArgs(builder, args);
    fb.Intent.addClaimedAt(builder, BigInt(intent.claimedAt));
    fb.Intent.addElapsedMs(builder, -1n);
    return fb.Intent.endIntent(builder);
  });
  const vector = fb.Push.createIntentsVector(builder, offsets);
  fb.Push.startPush(builder);
  fb.Push.addIntents(builder, vector);
  return frame(builder, fb.Body.Push, fb.Push.endPush(builder));
}

export function pull(wants: Want[]): Uint8Array {
  const builder = new Builder(1024);
  const offsets = wants.map((want) => {
    fb.Want.startWant(builder);
    fb.Want.addBucket(builder, want.bucket);
    fb.Want.addMode(builder, want.mode);
    fb.Want.addEpoch(builder, want.epoch);
    fb.Want.addFrom(builder, want.from);
    fb.Want.addAfterKind(builder, want.after.kind);
    fb.Want.addAfterId(builder, want.after.id);
    return fb.Want.endWant(builder);
  });
  const vector = fb.Pull.createWantsVector(builder, offsets);
  fb.Pull.startPull(builder);
  fb.Pull.addWants(builder, vector);
  return frame(builder, fb.Body.Pull, fb.Pull.endPull(builder));
}

// ------------------------------------------------------------------ frames in

/** The name of a frame and its body. */
export function read(bytes: Uint8Array): { name: string; body: any } {
  const root = fb.Frame.getRootAsFrame(new ByteBuffer(bytes));
  const name = fb.Body[root.bodyType()];
  return { name, body: root.body(new fb[name]()) };
}

/** The answer to a pull: frames, each behind its size as a little-endian uint32. */
export function readAll(bytes: Uint8Array): { name: string; body: any }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames = [];
  for (let at = 0; at < bytes.length;) {
    const size = view.getUint32(at, true);
    frames.push(read(bytes.subarray(at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return frames;
}

/** LEB128, one value after the other. */
function* varints(bytes: Uint8Array): Generator<bigint> {
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) {
      yield value;
      value = 0n;
      shift = 0n;
    }
  }
}

/** Zigzag differences, modulo 2^64. */
function column(bytes: Uint8Array): bigint[] {
  let last = 0n;
  return [...varints(bytes)].map((coded) => {
    const difference = (coded >> 1n) ^ -(coded & 1n);
    last = (last + difference) & mask64;
    return last;
  });
}

export function rowsOf(page: any): Row[] {
  const rows = page.rows();
  if (rows === null || rows.count() === 0) return [];
  const none = new Uint8Array();
  const ids = column(rows.idsArray() ?? none);
  const versions = column(rows.versionsArray() ?? none);
  const sorts = column(rows.sortsArray() ?? none);
  const sizes = [...varints(rows.bodySizesArray() ?? none)].map(Number);
  const bodies = rows.bodiesArray() ?? none;
  let at = 0;
  return [...rows.kindsArray()].map((kind: number, index) => {
    const body = textOf.decode(bodies.subarray(at, at + sizes[index]));
    at += sizes[index];
    return { kind, id: ids[index], version: versions[index], sort: BigInt.asIntN(64, sorts[index]), body };
  });
}

// ------------------------------------------------------------------ sums

export function sumOf(row: Row): Sum {
  const body = bytesOf.encode(row.body);
  const bytes = new Uint8Array(25 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, row.kind);
  view.setBigUint64(1, row.id, true);
  view.setBigUint64(9, row.version, true);
  view.setBigInt64(17, row.sort, true);
  bytes.set(body, 25);
  hasher.init();
  hasher.update(bytes);
  const digest = new DataView(hasher.digest('binary').buffer);
  return { high: digest.getBigUint64(0), low: digest.getBigUint64(8) };
}

export function total(rows: Iterable<Row>): Sum {
  let sum = 0n;
  for (const row of rows) {
    const { low, high } = sumOf(row);
    sum = (sum + (high << 64n) + low) & mask128;
  }
  return { low: sum & mask64, high: sum >> 64n };
}
