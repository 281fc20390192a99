import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin, UserConfig } from 'vite';
import { defineConfig } from 'vitest/config';
import { classicScripts } from './vite/classic-scripts.ts';

/** What the server sends in production; the preview server sends it too, so that a breach shows early. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** What the app starts with. The other icons are for the system, which asks for them when it installs the app. */
const precached = /\.(html|js|css|wasm|svg|webmanifest|woff2)$/;

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

/** Writes the list of files into the service worker once everything, the wasm included, is on disk. */
function precacheList(): Plugin {
  let outDir = 'dist';
  return {
    name: 'holdfast-precache-list',
    apply: 'build',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        const worker = join(outDir, 'sw.js');
        const paths = filesUnder(outDir)
          .filter((path) => precached.test(path) && path !== worker)
          .sort();
        const hash = createHash('sha256');
        for (const path of paths) hash.update(path.slice(outDir.length)).update(readFileSync(path));
        const list = paths
          .map((path) => `/${relative(outDir, path).replaceAll('\\', '/')}`)
          .map((path) => (path === '/index.html' ? '/' : path));
        const source = readFileSync(worker, 'utf8');
        const filled = source
          .replace('__PRECACHE_VERSION__', hash.digest('hex').slice(0, 16))
          .replace('["__PRECACHE_PATHS__"]', JSON.stringify(list))
          .replace('[`__PRECACHE_PATHS__`]', JSON.stringify(list));
        if (filled.includes('__PRECACHE_')) throw new Error('sw.js: a placeholder was not found');
        writeFileSync(worker, filled);
      },
    },
  };
}

/** Of the 900 KiB that a first load may be over the line; answers have headers, and the server is asked for more. */
const firstLoadBytesMax = 900_000;

/**
 * What the server sends as it is to whoever takes brotli; it looks for it by what the file contains. Fails where the app
 * has become too heavy: all of it is loaded at the first start.
 */
function compressed(): Plugin {
  const compress = promisify(brotliCompress);
  let outDir = 'dist';
  const write = async (path: string): Promise<number> => {
    const bytes = readFileSync(path);
    const params = {
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    const made = await compress(bytes, { params });
    if (made.length >= bytes.length) return bytes.length;
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    writeFileSync(join(outDir, '.brotli', digest), made);
    return made.length;
  };
  return {
    name: 'holdfast-compressed',
    apply: 'build',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        const files = filesUnder(outDir);
        mkdirSync(join(outDir, '.brotli'));
        const sizes = await Promise.all(
          files.map((path) => (precached.test(path) ? write(path) : statSync(path).size)),
        );
        const sum = sizes.reduce((all, size) => all + size, 0);
        console.log(`first load: ${sum} bytes, compressed; at most ${firstLoadBytesMax}`);
        if (sum > firstLoadBytesMax) this.error('the first load has become too large');
      },
    },
  };
}

/** What pages of one build have in common, and of no other: contract and engine. */
function buildName(): string {
  const hash = createHash('sha256');
  for (const path of filesUnder(join(import.meta.dirname, 'src')).sort())
    hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

const server = process.env['HOLDFAST_SERVER'] ?? 'http://127.0.0.1:8080';
const toServer = { target: server, ws: true };

/** Of every script of the app. */
const shared: UserConfig = {
  define: { __BUILD__: JSON.stringify(buildName()) },
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
};

/** `--mode fake` builds the screens alone: no worker, no wasm, sample data only. */
export default defineConfig(({ mode }) => ({
  ...shared,
  plugins: [
    svelte(),
    classicScripts(
      { start: mode === 'fake' ? null : 'src/start.ts', serviceWorker: 'src/sw/sw.ts' },
      shared,
    ),
    precacheList(),
    compressed(),
  ],
  build: { ...shared.build, outDir: mode === 'fake' ? 'dist-fake' : 'dist' },
  server: {
    host: '127.0.0.1',
    proxy: { '/auth': toServer, '/sync': toServer, '/admin': toServer, '/healthz': toServer },
  },
  preview: { host: '127.0.0.1', headers: { 'Content-Security-Policy': contentSecurityPolicy } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
}));
