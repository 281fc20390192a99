/**
 * The app as classic scripts: what starts the engine, the screens, the service worker. Chromium keeps the compiled code
 * of a classic script, and not of a module; a start compiles less (docs/decisions/0045-classic-scripts.md).
 */
import { type HtmlTagDescriptor, type Plugin, type Rolldown, type UserConfig, build } from 'vite';

/** A classic script knows its own address from its page, and may split off nothing. */
const classic = {
  output: { format: 'iife', codeSplitting: false },
  transform: { define: { 'import.meta.url': 'location.href', 'import.meta.resolve': 'undefined' } },
} satisfies Rolldown.RolldownOptions;

/** `entry` and all that belongs to it, as files of this build. */
async function bundle(
  entry: string,
  fileName: string,
  shared: UserConfig,
): Promise<Rolldown.RolldownOutput['output']> {
  const built = await build({
    ...shared,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      ...shared.build,
      write: false,
      rolldownOptions: {
        ...classic,
        input: entry,
        output: { ...classic.output, entryFileNames: fileName },
      },
    },
  });
  return (built as Rolldown.RolldownOutput).output;
}

function replaced(html: string, from: string, to: string): string {
  if (!html.includes(from)) throw new Error(`index.html: "${from}" was not found`);
  return html.replace(from, to);
}

/** Bundles the page with `start`, if any, before its own script, and `serviceWorker` as /sw.js. */
export function classicScripts(
  { start, serviceWorker }: { start: string | null; serviceWorker: string },
  shared: UserConfig,
): Plugin[] {
  const tags: HtmlTagDescriptor[] = [];
  return [
    {
      name: 'holdfast-classic-scripts',
      apply: 'build',
      config: () => ({
        build: {
          cssCodeSplit: false,
          chunkSizeWarningLimit: 1000, // kB; what counts is the first load, compressed
          rolldownOptions: classic,
        },
      }),
      async buildStart() {
        const outputs = await bundle(serviceWorker, 'sw.js', shared);
        if (start) {
          const started = await bundle(start, 'assets/start-[hash].js', shared);
          outputs.push(...started);
          tags.push({ tag: 'script', attrs: { src: `/${started[0].fileName}` } });
        }
        for (const output of outputs) {
          const source = output.type === 'chunk' ? output.code : output.source;
          this.emitFile({ type: 'asset', fileName: output.fileName, source });
        }
      },
      transformIndexHtml: {
        order: 'pre',
        handler: (html) =>
          replaced(html, '<script type="module" src="/src/start.ts"></script>', ''),
      },
    },
    {
      name: 'holdfast-classic-page',
      apply: 'build',
      transformIndexHtml: {
        order: 'post',
        // `start` stands first: before the style sheet, which scripts behind it wait for.
        handler: (html) => ({
          html: replaced(html, '<script type="module" crossorigin', '<script defer'),
          tags: tags.map((tag) => ({ ...tag, injectTo: 'head-prepend' })),
        }),
      },
    },
  ];
}
