// Starts a WebAssembly module of tests/forms. It needs nothing of its host but what the C library asks for
// when it aborts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const bytesOf = (name) => readFileSync(path.join(root, `build/wasm/tests/forms/${name}.wasm`));

/** Stands for itself: a page of a browser is given its text. */
export async function start(bytes) {
  const module = await WebAssembly.compile(bytes);
  const imports = {};
  for (const { module: from, name: what } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[what] = () => {
      throw new Error(`the module called ${from}.${what}`);
    };
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  exports._initialize?.();
  return exports;
}
