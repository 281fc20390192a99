// Accessors for spec/sync.fbs in JavaScript: flatc makes TypeScript, Node strips the types.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import module from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const schema = fileURLToPath(new URL("../../spec/sync.fbs", import.meta.url));
const runtime = import.meta.resolve("flatbuffers");
const namespace = "holdfast/wire/fb";

/** flatc writes imports for bundlers: without an extension. */
function toModule(typescript) {
    return module
        .stripTypeScriptTypes(typescript, { mode: "transform" })
        .replaceAll(/from (['"])flatbuffers\1/g, `from ${JSON.stringify(runtime)}`)
        .replaceAll(/from (['"])(\.[^'"]*)\1/g, 'from "$2.mjs"');
}

function generate(folder) {
    execFileSync("flatc", ["--ts", "-o", folder, schema]);
    const source = join(folder, namespace);
    const target = join(folder, "modules", namespace);
    mkdirSync(target, { recursive: true });
    return readdirSync(source).map((name) => {
        const file = join(target, name.replace(/\.ts$/, ".mjs"));
        writeFileSync(file, toModule(readFileSync(join(source, name), "utf8")));
        return file;
    });
}

/** Every class and enumeration of the schema, in one object. */
export async function loadAccessors() {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-vectors-"));
    try {
        const accessors = {};
        for (const file of generate(folder)) {
            Object.assign(accessors, await import(pathToFileURL(file).href));
        }
        return accessors;
    } finally {
        rmSync(folder, { recursive: true });
    }
}

export const schemaFolder = dirname(schema);
