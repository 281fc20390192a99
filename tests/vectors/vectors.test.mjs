// The contract read a second time: whether spec/vectors can be decoded with nothing but spec/ and
// the official runtime of FlatBuffers. `npm ci` first; flatc must be installed.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { loadAccessors, schemaFolder } from "./accessors.mjs";
import { decode, Refused, split } from "./frame.mjs";

const folder = join(schemaFolder, "vectors");
const bytesOf = (name) => new Uint8Array(readFileSync(join(folder, name)));
const jsonOf = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const accessors = await loadAccessors();

const valid = readdirSync(join(folder, "valid")).filter((name) => name.endsWith(".bin"));

test("there is a valid vector for every type of frame", () => {
    const types = new Set(valid.map((name) => decode(accessors, bytesOf(`valid/${name}`)).frame));
    const names = Object.keys(accessors.Body).filter((name) => !/^\d+$/.test(name));
    assert.deepEqual([...types].sort(), names.filter((name) => name !== "NONE").sort());
});

for (const name of valid) {
    test(`valid/${name} is decoded into its description`, () => {
        const description = jsonOf(`valid/${name.replace(/bin$/, "json")}`);
        assert.deepEqual(decode(accessors, bytesOf(`valid/${name}`)), description);
    });
}

test("stream.bin is cut into its frames", () => {
    const frames = [...split(bytesOf("stream.bin"))];
    const names = jsonOf("stream.json").frames;
    assert.equal(frames.length, names.length);
    frames.forEach((frame, index) => {
        const description = jsonOf(`valid/${names[index]}.json`);
        assert.deepEqual(decode(accessors, frame), description);
    });
});

const invalid = jsonOf("invalid/index.json");

test("the index of invalid vectors names every file", () => {
    const files = readdirSync(join(folder, "invalid")).filter((name) => name.endsWith(".bin"));
    assert.deepEqual(invalid.map((entry) => entry.file).sort(), files.sort());
});

// A broken structure takes a verifier to be found, and this runtime has none.
const checked = invalid.filter((entry) => entry.layer === "content");
const stumbled = ["nothing.bin", "text.bin", "wrong_identifier.bin"];

for (const { file, code } of checked) {
    test(`invalid/${file} is refused with ${code}`, () => {
        assert.throws(
            () => decode(accessors, bytesOf(`invalid/${file}`)),
            (error) => error instanceof Refused && error.code === code,
        );
    });
}

for (const file of stumbled) {
    test(`invalid/${file} is seen not to be a frame`, () => {
        assert.throws(() => decode(accessors, bytesOf(`invalid/${file}`)), Refused);
    });
}
