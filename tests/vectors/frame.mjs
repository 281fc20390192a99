// A second reader of frames, independent of core/wire: it turns the bytes into the descriptions of
// spec/vectors/valid/*.json. FlatBuffers has no verifier in JavaScript, so of a broken structure it
// finds only what it stumbles over; everything behind the structure it checks itself.

import { ByteBuffer, Encoding } from "flatbuffers";

const limits = {
    frameBytes: 1024 * 1024,
    rowsPerPage: 2000,
    intentsPerPush: 64,
    pushBytes: 256 * 1024,
    cursors: 20000,
    wantsPerPull: 256,
    pullBytes: 1024 * 1024,
    tailRows: 200,
    rangesPerSums: 64,
    segmentParts: 8000,
    segmentAddressBytes: 512,
    resumeBytes: 256,
};

const numberMax = 2n ** 63n - 1n;
const tail = 1;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class Refused extends Error {
    constructor(code, detail) {
        super(`${code}: ${detail}`);
        this.code = code;
    }
}

function check(holds, detail) {
    if (!holds) {
        throw new Refused("request.malformed", detail);
    }
}

function atMost(count, max, detail) {
    if (count > max) {
        throw new Refused("request.too_large", detail);
    }
    return count;
}

function number(value, detail) {
    check(value <= numberMax, detail);
    return String(value);
}

function device(value) {
    check(value < 2 ** 31, "device");
    return value;
}

function enumerator(value, last, detail) {
    check(value >= 1 && value <= last, detail);
    return value;
}

function text(bytes, detail) {
    try {
        return bytes === null ? "" : utf8.decode(bytes);
    } catch {
        throw new Refused("request.malformed", detail);
    }
}

/** The entries of a vector, of which FlatBuffers gives a length and one entry at a time. */
function list(length, entry) {
    return Array.from({ length }, (_, index) => entry(index));
}

function sum(value) {
    return { low: String(value?.low() ?? 0), high: String(value?.high() ?? 0) };
}

function head(table) {
    check(table.kind() !== 0, "Head.kind");
    return {
        bucket: number(table.bucket(), "Head.bucket"),
        kind: table.kind(),
        owner: number(table.owner(), "Head.owner"),
        parent: number(table.parent(), "Head.parent"),
        segment: table.segment(),
        epoch: table.epoch(),
        version: number(table.version(), "Head.version"),
        rows: table.rows(),
        bytes: number(table.bytes(), "Head.bytes"),
        sum: sum(table.sum()),
        horizon: number(table.horizon(), "Head.horizon"),
        active: number(table.active(), "Head.active"),
    };
}

/** The keys behind `after`, up to and with `to`; 0 and 0 as an end: to the end. */
function range(table) {
    const after = { kind: table?.afterKind() ?? 0, id: table?.afterId() ?? 0n };
    const to = { kind: table?.toKind() ?? 0, id: table?.toId() ?? 0n };
    const open = to.kind === 0 && to.id === 0n;
    check(open || to.kind > after.kind || (to.kind === after.kind && to.id > after.id), "Range");
    return {
        after_kind: after.kind,
        after_id: number(after.id, "Range.after_id"),
        to_kind: to.kind,
        to_id: number(to.id, "Range.to_id"),
    };
}

function hexadecimal(bytes, detail) {
    atMost(bytes?.length ?? 0, limits.resumeBytes, detail);
    return Buffer.from(bytes ?? []).toString("hex");
}

// ---------------------------------------------------------------------------------------- columns

class Column {
    constructor(bytes) {
        this.bytes = bytes ?? new Uint8Array();
        this.at = 0;
        this.value = 0n;
    }

    varint() {
        let value = 0n;
        for (let shift = 0n; ; shift += 7n) {
            check(this.at < this.bytes.length && shift < 64n, "varint: cut, or too long");
            const byte = this.bytes[this.at++];
            value |= BigInt(byte & 0x7f) << shift;
            if (byte < 0x80) {
                check(value < 2n ** 64n && (byte !== 0 || shift === 0n), "varint: spelling");
                return value;
            }
        }
    }

    difference() {
        const coded = this.varint();
        const difference = (coded >> 1n) ^ -(coded & 1n);
        this.value = BigInt.asUintN(64, this.value + difference);
        return this.value;
    }

    end() {
        check(this.at === this.bytes.length, "a column goes on behind the last row");
    }
}

function rows(table) {
    const count = atMost(table.count(), limits.rowsPerPage, "Rows.count");
    const kinds = table.kindsArray() ?? new Uint8Array();
    check(kinds.length === count, "Rows.kinds");
    if (count === 0) {
        return [];
    }
    const ids = new Column(table.idsArray());
    const versions = new Column(table.versionsArray());
    const sorts = new Column(table.sortsArray());
    const sizes = new Column(table.bodySizesArray());
    const bodies = table.bodiesArray() ?? new Uint8Array();
    let begin = 0;
    const read = list(count, (index) => {
        check(kinds[index] !== 0, "Rows.kinds");
        const id = number(ids.difference(), "Rows.ids");
        const version = number(versions.difference(), "Rows.versions");
        const sort = String(BigInt.asIntN(64, sorts.difference()));
        const size = sizes.varint();
        check(size <= BigInt(bodies.length - begin), "Rows.body_sizes");
        const end = begin + Number(size);
        const body = text(bodies.subarray(begin, end), "Rows.bodies");
        begin = end;
        return { kind: kinds[index], id, version, sort, body };
    });
    [ids, versions, sorts, sizes].forEach((column) => column.end());
    check(begin === bodies.length, "Rows.bodies");
    return read;
}

// ----------------------------------------------------------------------------------------- bodies

function cursor(table) {
    return {
        bucket: number(table.bucket(), "Cursor.bucket"),
        epoch: table.epoch(),
        version: number(table.version(), "Cursor.version"),
        sum: sum(table.sum()),
    };
}

function intent(table) {
    check(table.kind() !== 0 && table.elapsedMs() >= -1n, "Intent");
    return {
        id: number(table.id(), "Intent.id"),
        lane: number(table.lane(), "Intent.lane"),
        kind: table.kind(),
        version: table.version(),
        args: text(table.args(Encoding.UTF8_BYTES), "Intent.args"),
        claimed_at: String(table.claimedAt()),
        elapsed_ms: String(table.elapsedMs()),
    };
}

function want(table) {
    if (table.mode() === tail) {
        atMost(table.limit(), limits.tailRows, "Want.limit");
    }
    return {
        bucket: number(table.bucket(), "Want.bucket"),
        mode: enumerator(table.mode(), 5, "Want.mode"),
        epoch: table.epoch(),
        from: number(table.from(), "Want.from"),
        after_kind: table.afterKind(),
        after_id: number(table.afterId(), "Want.after_id"),
        limit: table.limit(),
        range: range(table.range()),
        segments: table.segments(),
    };
}

function position(struct) {
    return {
        bucket: number(struct.bucket(), "Position.bucket"),
        version: number(struct.version(), "Position.version"),
    };
}

function rangeSum(table) {
    return {
        to_kind: table.toKind(),
        to_id: number(table.toId(), "RangeSum.to_id"),
        rows: number(table.rows(), "RangeSum.rows"),
        sum: sum(table.sum()),
    };
}

function outcome(table) {
    return {
        intent: number(table.intent(), "Outcome.intent"),
        status: enumerator(table.status(), 4, "Outcome.status"),
        code: table.code(),
        detail: text(table.detail(Encoding.UTF8_BYTES), "Outcome.detail"),
        positions: list(table.positionsLength(), (index) => position(table.positions(index))),
        at: String(table.at()),
        replayed: table.replayed(),
        retry_ms: table.retryMs(),
    };
}

function contact(table) {
    return {
        user: number(table.user(), "Contact.user"),
        state: enumerator(table.state(), 3, "Contact.state"),
    };
}

const bodies = {
    Hello: (table) => ({
        protocol: table.protocol(),
        token: text(table.token(Encoding.UTF8_BYTES), "Hello.token"),
        device: device(table.device()),
        salt: String(table.salt()),
        app_version: text(table.appVersion(Encoding.UTF8_BYTES), "Hello.app_version"),
        device_class: enumerator(table.deviceClass(), 2, "Hello.device_class"),
        cursors: list(atMost(table.cursorsLength(), limits.cursors, "Hello.cursors"), (index) =>
            cursor(table.cursors(index)),
        ),
        waiting: table.waiting(),
        resume: hexadecimal(table.resumeArray(), "Hello.resume"),
        digest: table.digest() === null ? null : sum(table.digest()),
    }),
    Push: (table) => {
        atMost(table.intentsLength(), limits.intentsPerPush, "Push.intents");
        const tables = list(table.intentsLength(), (index) => table.intents(index));
        const sizes = tables.map((entry) => entry.args(Encoding.UTF8_BYTES)?.length ?? 0);
        atMost(sizes.reduce((a, b) => a + b, 0), limits.pushBytes, "Push: arguments");
        return { intents: tables.map(intent) };
    },
    Pull: (table) => ({
        wants: list(atMost(table.wantsLength(), limits.wantsPerPull, "Pull.wants"), (index) =>
            want(table.wants(index)),
        ),
        bytes: atMost(table.bytes(), limits.pullBytes, "Pull.bytes"),
    }),
    Ping: (table) => ({ nonce: String(table.nonce()) }),
    Welcome: (table) => ({
        protocol: table.protocol(),
        server_time: String(table.serverTime()),
        user: number(table.user(), "Welcome.user"),
        organization: number(table.organization(), "Welcome.organization"),
        salt: String(table.salt()),
        device: device(table.device()),
        policy: text(table.policy(Encoding.UTF8_BYTES), "Welcome.policy"),
        heads: list(table.headsLength(), (index) => head(table.heads(index))),
        exact: table.exact(),
        revoked: list(table.revokedLength(), (index) => number(table.revoked(index), "bucket")),
        resume: hexadecimal(table.resumeArray(), "Welcome.resume"),
    }),
    Again: () => ({}),
    Heads: (table) => ({ heads: list(table.headsLength(), (index) => head(table.heads(index))) }),
    Revoke: (table) => ({
        buckets: list(table.bucketsLength(), (index) => number(table.buckets(index), "bucket")),
    }),
    Page: (table) => {
        check(table.head() !== null, "Page.head");
        return {
            head: head(table.head()),
            mode: enumerator(table.mode(), 5, "Page.mode"),
            from: number(table.from(), "Page.from"),
            to: number(table.to(), "Page.to"),
            after_kind: table.afterKind(),
            after_id: number(table.afterId(), "Page.after_id"),
            complete: table.complete(),
            rows: table.rows() === null ? [] : rows(table.rows()),
            range: range(table.range()),
        };
    },
    Sums: (table) => {
        check(table.head() !== null, "Sums.head");
        const length = atMost(table.rangesLength(), limits.rangesPerSums, "Sums.ranges");
        return {
            head: head(table.head()),
            after_kind: table.afterKind(),
            after_id: number(table.afterId(), "Sums.after_id"),
            ranges: list(length, (index) => rangeSum(table.ranges(index))),
        };
    },
    Segment: (table) => {
        const address = text(table.address(Encoding.UTF8_BYTES), "Segment.address");
        const parts = atMost(table.parts(), limits.segmentParts, "Segment.parts");
        atMost(address.length, limits.segmentAddressBytes, "Segment.address");
        const isAddress = /^\/sync\/v1\/segments\/[0-9A-Za-z/._-]*$/.test(address);
        check(table.first() < parts && isAddress, "Segment");
        return {
            bucket: number(table.bucket(), "Segment.bucket"),
            as_of: number(table.asOf(), "Segment.as_of"),
            first: table.first(),
            parts,
            address,
        };
    },
    Unwanted: (table) => ({
        bucket: number(table.bucket(), "Unwanted.bucket"),
        code: table.code(),
    }),
    Outcomes: (table) => ({
        outcomes: list(table.outcomesLength(), (index) => outcome(table.outcomes(index))),
    }),
    Presence: (table) => ({
        contacts: list(table.contactsLength(), (index) => contact(table.contacts(index))),
    }),
    Pong: (table) => ({ nonce: String(table.nonce()), server_time: String(table.serverTime()) }),
    GoAway: (table) => ({
        code: table.code(),
        detail: text(table.detail(Encoding.UTF8_BYTES), "GoAway.detail"),
        retry_ms: table.retryMs(),
    }),
};

/** The description of a frame; throws Refused where the bytes break the contract. */
export function decode(accessors, bytes) {
    atMost(bytes.length, limits.frameBytes, "frame");
    const buffer = new ByteBuffer(bytes);
    check(bytes.length >= 8 && accessors.Frame.bufferHasIdentifier(buffer), "identifier");
    const frame = accessors.Frame.getRootAsFrame(buffer);
    const name = accessors.Body[frame.bodyType()];
    check(name in bodies, "Frame.body_type");
    const table = frame.body(new accessors[name]());
    check(table !== null, "Frame.body");
    return { frame: name, body: bodies[name](table) };
}

/** The frames of a stream, each behind its size as a little-endian uint32. */
export function* split(stream) {
    const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
    for (let at = 0; at < stream.length; ) {
        check(stream.length - at >= 4, "stream: cut in a size");
        const size = atMost(view.getUint32(at, true), limits.frameBytes, "frame in a stream");
        at += 4;
        check(stream.length - at >= size, "stream: cut in a frame");
        yield stream.subarray(at, at + size);
        at += size;
    }
}
