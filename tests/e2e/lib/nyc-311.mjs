// The service requests of New York City, where a copy of the table is at hand, and what each of its rows
// must have become: written from the table and examples/nyc-311/map.yaml, by nothing of what is tested.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { parseCsv } from './csv.mjs';
import { root } from './server.mjs';

export const organizationFile = path.join(root, 'examples/nyc-311/organization.yaml');
export const mapFile = path.join(root, 'examples/nyc-311/map.yaml');
export const requestsMapFile = path.join(root, 'examples/nyc-311/requests.yaml');
export const clerk = 'clerk@nyc-311.example';

/** The table's path, or null. */
export function findTable() {
  // tidy: outside-path: the table is no part of the project; only tests with real data read it
  const table = process.env.HOLDFAST_SAMPLE_CSV ?? path.join(root, '../shared/data/nyc-311-sample.csv');
  return existsSync(table) ? table : null;
}

/** "03/01/2011 02:27:57 PM" in New York as Unix milliseconds. */
function newYork(text) {
  const [, month, day, year, hour, minute, second, half] = /^(\d+)\/(\d+)\/(\d+) (\d+):(\d+):(\d+) ([AP])M$/.exec(text);
  const hour24 = (Number(hour) % 12) + (half === 'P' ? 12 : 0);
  const wanted = Date.UTC(year, month - 1, day, hour24, minute, second);
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/New_York', hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  });
  const shown = (at) => {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
  };
  return [4, 5].map((hours) => wanted + hours * 3_600_000).find((at) => shown(at) === wanted);
}

function agencyNames() {
  const lines = readFileSync(mapFile, 'utf8').split('\n');
  return Object.fromEntries(lines.map((line) => /^ {4}([A-Z]+): (.+)$/.exec(line)).filter(Boolean).map(([, code, name]) => [code, name]));
}

/** By channel name, which ends with the request's key: the group and the messages, oldest first. */
export function expectedChannels(table) {
  const names = agencyNames();
  const expected = new Map();
  for (const row of parseCsv(readFileSync(table, 'utf8'))) {
    const title = `${row['Complaint Type']}: ${row['Descriptor']}`;
    const asked = [title, row['Incident Address'], row['City']].filter((part) => part !== '').join('\n');
    const answeredAt = [row['Closed Date'], row['Resolution Action Updated Date'], row['Created Date']].find((time) => time !== '');
    const messages = [{ at: newYork(row['Created Date']), text: asked, author: 'NYC 311' }];
    if (row['Resolution Description'] !== '') {
      messages.push({ at: newYork(answeredAt), text: row['Resolution Description'], author: 'NYC 311' });
    }
    messages.sort((a, b) => a.at - b.at);
    expected.set(`${title} #${row['Unique Key']}`, { group: names[row['Agency']] ?? row['Agency'], messages });
  }
  return expected;
}

const time = (text) => (text === '' ? 0 : newYork(text));

/** By name of the task: what the same rows must have become by examples/nyc-311/requests.yaml. */
export function expectedTasks(table) {
  const expected = new Map();
  for (const row of parseCsv(readFileSync(table, 'utf8'))) {
    const state = row['Status'].toLowerCase();
    const moved = [row['Closed Date'], row['Resolution Action Updated Date'], row['Created Date']].find((text) => text !== '');
    expected.set(`${row['Complaint Type']}: ${row['Descriptor']} #${row['Unique Key']}`, {
      state,
      closed: time(row['Closed Date']),
      due: time(row['Due Date']),
      agency: row['Agency'],
      descriptor: row['Descriptor'],
      answers: state === 'closed' ? 2 : 1,
      history: [`${newYork(row['Created Date'])} open`, `${newYork(moved)} ${state}`],
      said: row['Resolution Description'],
    });
  }
  return expected;
}
