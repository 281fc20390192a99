import { writeFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { at, signIn, waitForBar } from './lib/app.mjs';
import { launch } from './lib/browser.mjs';
import { makeFolder, removeFolder, root, startServer } from './lib/server.mjs';
const person = { email: 'bench0@holdfast.example', password: 'holdfast-bench' };
const data = '/tmp/board-data';
if (!existsSync(data)) spawnSync(path.join(root, 'build/release/bench/holdfast_bench'), ['--make', data, '1', '1000', '50000']);
const server = await startServer(data, { subcommand: 'serve' });
const profile = makeFolder('prof');
const { context, page } = await launch(profile);
await page.goto(`http://localhost:${server.port}/`);
await signIn(page, person);
await waitForBar(page, 'ready', 300_000);
await at(page, 'group-row').filter({ hasText: 'Tasks' }).click();
await at(page, 'view-board').click();
await page.locator('[data-testid="column"] a').first().waitFor();
const home = page.url().replace(/#.*/, '#/');
const browser = context.browser();
const cdp = await context.newCDPSession(page);
const results = [];
const n = Number(process.env.N ?? 8);
for (let i = 0; i < n; i += 1) {
  await page.goto(home);
  await page.reload();
  await waitForBar(page, 'ready');
  await at(page, 'group-row').filter({ hasText: 'Tasks' }).waitFor();
  const traced = i === n - 1;
  const events = [];
  if (traced) {
    cdp.on('Tracing.dataCollected', ({ value }) => events.push(...value));
    await cdp.send('Tracing.start', { traceConfig: { includedCategories: ['devtools.timeline', 'v8', 'blink.user_timing', 'disabled-by-default-v8.cpu_profiler', 'disabled-by-default-v8.gc'], excludedCategories: [] }, transferMode: 'ReportEvents' });
  }
  const r = await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const rows = [...document.querySelectorAll('[data-testid="group-row"]')];
    const row = rows.find((each) => each.textContent.includes('Tasks'));
    for (const there = performance.now(); performance.now() < there + 500; ) await frame();
    performance.mark('bench-begin');
    const begin = performance.now();
    const seen = {};
    new MutationObserver(() => {
      for (const [k, s] of Object.entries({ page: '[data-testid="view-board"]', board: '[data-testid="task-board"]', column: '[data-testid="column"]', card: '[data-testid="column"] a' }))
        if (!(k in seen) && document.querySelector(s)) seen[k] = Math.round(performance.now() - begin);
    }).observe(document, { childList: true, subtree: true });
    (row.querySelector('a') ?? row).click();
    seen.click = Math.round(performance.now() - begin);
    while (!document.querySelector('[data-testid="column"] a')) await frame();
    seen.frame = Math.round(performance.now() - begin);
    await frame();
    performance.mark('bench-end');
    return { total: Math.round(performance.now() - begin), ...seen };
  });
  if (traced) {
    const done = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve));
    await cdp.send('Tracing.end');
    await done;
    writeFileSync('/tmp/trace.json', JSON.stringify({ traceEvents: events }));
  }
  console.log(JSON.stringify(r));
}
await context.close();
await server.stop();
removeFolder(profile);
