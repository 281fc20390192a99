// import.mjs [--rows N] [--seed N]: `holdfast import`, killed with SIGKILL at any moment and run again, until it has
// brought a whole table in: as channels with messages, and as tasks with answers, states and history. After every kill
// each row is there whole or not at all, nothing that was there is gone or doubled, and what is run again goes on.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { binary, makeFolder, removeFolder } from '../e2e/lib/server.mjs';
import { askFile, serverFile } from './ledger.mjs';
import { randomFrom } from './random.mjs';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const rows = Number(options.rows);
const seed = Number(options.seed);
const random = randomFrom(seed);
const folder = makeFolder('crash-import');
const data = path.join(folder, 'server');
const table = path.join(folder, 'table.csv');
const kinds = { channel: 5, message: 7, answer: 15, task: 22, history: 23 }; // RowKind
const killsMin = 5; // of each import: fewer prove nothing
const runsMax = 200;
const addedMax = 1000; // rows of one life; 0: it is killed while it reads what is there
const millisMax = 25; // until the kill: a transaction takes about as long
/** What each row brings, by import. Of a task: two forms, three messages of the platform, a note; a row for each step. */
const wholes = {
  channels: { messages: 2, answers: 0, history: 0, tasks: 0 },
  tasks: { messages: 6, answers: 2, history: 3, tasks: 1 },
};
const names = { channels: 'letters', tasks: 'repairs' };

const clock = (minute) => new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString().slice(0, 16).replace('T', ' ');

function makeTable() {
  const lines = ['Id,Opened,Closed,Team,Title,Grade'];
  for (let id = 1; id <= rows; id += 1) {
    lines.push(`${id},${clock(id)},${clock(id + 60)},${id % 3},"Leak, or drip",${1 + (id % 5)}`);
  }
  writeFileSync(table, `${lines.join('\n')}\n`);
}

const map = (name) => path.join(import.meta.dirname, `import-${name}.yaml`);

function mustRun(...args) {
  const { status, stdout, stderr } = spawnSync(binary, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Runs the import until it ends, or is killed: some milliseconds after it has said that so many rows are added. */
async function runImport(name, life = { added: Infinity, millis: 0 }) {
  const child = spawn(binary, ['import', table, '--map', map(name), '--data', data], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let timer = null;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      said += bytes;
      const added = Number([...said.matchAll(/rows read, (\d+) added/g)].at(-1)?.[1] ?? 0);
      if (added >= life.added) timer ??= setTimeout(() => child.kill('SIGKILL'), life.millis);
    });
  }
  const [code, signal] = await new Promise((resolve) => child.on('close', (...end) => resolve(end)));
  clearTimeout(timer);
  if (signal !== 'SIGKILL') assert.equal(code, 0, said);
  return { killed: signal === 'SIGKILL', said };
}

const ask = (sql, ...values) => askFile(serverFile(data), sql, ...values);

/** What is there of each row of the table, by its key: { messages, answers, history, tasks, texts }. */
function broughtIn(name) {
  const found = new Map();
  const channels = new Map();
  const read = (body) => JSON.parse(Buffer.from(body).toString('utf8'));
  for (const { id, body } of ask('SELECT id, body FROM bucket_row WHERE kind = ?', kinds.channel)) {
    const [, table_, key] = /^import:([^:]+):(.+)$/.exec(read(body).code ?? '') ?? [];
    if (table_ !== name) continue;
    assert.ok(!found.has(key), `row ${key} of ${name} is there twice`);
    found.set(key, { messages: 0, answers: 0, history: 0, tasks: 0, texts: [] });
    channels.set(id, key);
  }
  const counted = { [kinds.message]: 'messages', [kinds.answer]: 'answers', [kinds.history]: 'history' };
  const parts = ask(
    `SELECT owner, r.kind, r.body FROM bucket_row AS r JOIN bucket AS b ON b.id = r.bucket
      WHERE b.kind = 5 AND r.kind IN (${Object.keys(counted).join()})`,
  );
  for (const { owner, kind, body } of parts) {
    const row = found.get(channels.get(owner));
    if (row === undefined) continue;
    row[counted[Number(kind)]] += 1;
    if (Number(kind) === kinds.message) row.texts.push(read(body).text);
  }
  for (const { id } of ask('SELECT id FROM bucket_row WHERE kind = ?', kinds.task)) {
    const row = found.get(channels.get(id));
    if (row !== undefined) row.tasks += 1;
  }
  return found;
}

/** Each row that is there is there whole, with what it has to have. */
function audit(name, whole) {
  const found = broughtIn(names[name]);
  for (const [key, { texts, ...counts }] of found) {
    assert.deepEqual(counts, whole, `row ${key} of ${name} is there in part`);
    assert.equal(new Set(texts).size, texts.length, `row ${key} of ${name} says something twice`);
  }
  return found;
}

/** Kills it again and again until it is done; returns how often. */
async function killUntilDone(name, whole) {
  let there = new Map();
  let kills = 0;
  let useful = 0;
  for (let run = 0; run < runsMax; run += 1) {
    const life = { added: Math.floor(random() * addedMax), millis: random() * millisMax };
    const { killed, said } = await runImport(name, life);
    const now = audit(name, whole);
    for (const key of there.keys()) assert.ok(now.has(key), `row ${key} of ${name} is gone`);
    if (!killed) {
      const [, all, added, present] = /Done: (\d+) rows, (\d+) added .*?, (\d+) were there/.exec(said).map(Number);
      assert.equal(all, rows);
      assert.equal(present, there.size, 'it goes on where it was');
      assert.equal(added, rows - there.size);
      return { kills, useful };
    }
    kills += 1;
    if (now.size > there.size && now.size < rows) useful += 1;
    there = now;
  }
  throw new Error(`${name}: not done in ${runsMax} runs`);
}

makeTable();
mustRun('org', 'apply', path.join(import.meta.dirname, 'import.yaml'), '--data', data);
let failed = false;
try {
  for (const [name, whole] of Object.entries(wholes)) {
    const { kills, useful } = await killUntilDone(name, whole);
    const again = await runImport(name);
    assert.match(again.said, new RegExp(`Done: ${rows} rows, 0 added with 0 messages, ${rows} were there`));
    assert.equal(audit(name, whole).size, rows);
    assert.ok(useful >= killsMin, `${name}: only ${useful} kills came between two transactions`);
    console.log(`${name}: ${kills} kills, ${useful} of them between the first row and the last; ${rows} rows, each once`);
  }
  mustRun('verify', '--data', data);
} catch (error) {
  failed = true;
  console.error(`fault: ${error.stack}\nseed ${seed}; the files are kept in ${folder}`);
}
console.log(`${failed ? 0 : 1} passed, ${failed ? 1 : 0} failed`);
if (!failed) removeFolder(folder);
process.exitCode = failed ? 1 : 0;
