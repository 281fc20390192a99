// The processes of a browser that a test has started, by the profile that their command lines name.
import { readdirSync, readFileSync } from 'node:fs';

import { waitFor } from './server.mjs';

/** SIGKILL to every process of the profile, as when the system or the battery ends the app. */
export async function killProcesses(profile) {
  const pids = processesOf(profile);
  if (pids.length === 0) throw new Error('no browser process to kill');
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended with its parent.
    }
  }
  await waitFor('end of the browser', () => processesOf(profile).length === 0);
}

function processesOf(profile) {
  const parents = new Map();
  const named = new Set();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8');
      const status = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') continue;
      parents.set(Number(entry), Number(parent));
      if (command.includes(profile)) named.add(Number(entry));
    } catch {
      // It ended meanwhile.
    }
  }
  for (let grew = true; grew; ) {
    grew = false;
    for (const [pid, parent] of parents) {
      if (named.has(parent) && !named.has(pid)) {
        named.add(pid);
        grew = true;
      }
    }
  }
  return [...named];
}
