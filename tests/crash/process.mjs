// A process of ours that is started, killed and started again on the same files.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Process {
  #child = null;
  #ended = Promise.resolve();
  #log = [];
  /** Ended by itself, which nothing here asks for. */
  crashes = [];

  get runs() {
    return this.#child !== null;
  }

  /** What was written last to the standard error. */
  get log() {
    return this.#log.join('\n');
  }

  spawn(binary, args, onLine) {
    const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    child.stdin.on('error', () => undefined); // it may be dead before it has read everything
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => onLine(line, () => this.#child === child));
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#log.push(line);
      if (this.#log.length > 50) this.#log.shift();
    });
    // Both: the process is gone, and everything that it had written before was read.
    const gone = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
    const read = new Promise((resolve) => lines.on('close', resolve));
    this.#ended = Promise.all([gone, read]).then(([end]) => {
      if (this.#child !== child) return;
      this.#child = null;
      this.crashes.push(`ended with ${end.signal ?? end.code}: ${this.log}`);
    });
  }

  write(line) {
    this.#child?.stdin.write(`${line}\n`);
  }

  /** Ends it with a signal; when this is done, nothing of it runs and all that it said was heard. */
  async end(signal) {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    child.kill(signal);
    await this.#ended;
  }
}
