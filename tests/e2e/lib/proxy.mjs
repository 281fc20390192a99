// A TCP proxy in front of the server that can lose the network: `cut` ends every connection and
// refuses new ones, `stall` keeps them and lets nothing through, `stallAfter` does so once clients were given so
// many bytes more, `restore` ends all of these. `sent` counts what clients have sent, `received` what has come to them.
import net from 'node:net';
import { Transform } from 'node:stream';

/** Each piece so many milliseconds later, however many are under way. */
const late = (ms) =>
  new Transform({
    transform(bytes, _, done) {
      setTimeout(() => this.push(bytes), ms);
      done();
    },
    flush: (done) => void setTimeout(done, ms),
  });

/**
 * `bytesPerSecond`: of the line to all clients together; none: as fast as the machine is. `roundTrip`: milliseconds there
 * and back, to open a connection too.
 */
export async function startProxy(targetPort, { bytesPerSecond = Infinity, roundTrip = 0 } = {}) {
  const pairs = new Set();
  let state = 'open';
  let sent = 0;
  let left = Infinity;
  let received = 0;
  let freeAt = 0;
  /** One after the other over the one line. */
  const paced = () =>
    new Transform({
      transform(bytes, _, done) {
        const now = performance.now();
        freeAt = Math.max(now, freeAt) + (bytes.length / bytesPerSecond) * 1000;
        setTimeout(() => done(null, bytes), freeAt - now);
      },
    });
  const server = net.createServer((client) => {
    if (state === 'cut') {
      client.destroy();
      return;
    }
    const upstream = net.connect(targetPort, '127.0.0.1');
    const pair = { client, upstream };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    const join = () => {
      client.on('data', (bytes) => (sent += bytes.length));
      upstream.on('data', (bytes) => {
        received += bytes.length;
        left -= bytes.length;
        if (left < 0 && state === 'open') stall();
      });
      const down = bytesPerSecond === Infinity ? upstream : upstream.pipe(paced());
      if (roundTrip === 0) {
        client.pipe(upstream);
        down.pipe(client);
      } else {
        client.pipe(late(roundTrip / 2)).pipe(upstream);
        down.pipe(late(roundTrip / 2)).pipe(client);
      }
    };
    if (roundTrip === 0) join();
    else setTimeout(join, roundTrip); // a connection is opened by a round trip of its own
    if (state === 'stalled') hold(pair);
  });
  const hold = ({ client, upstream }) => {
    client.pause();
    upstream.pause();
  };
  const stall = () => {
    state = 'stalled';
    pairs.forEach(hold);
  };
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    sent: () => sent,
    received: () => received,
    cut() {
      state = 'cut';
      for (const { client, upstream } of pairs) {
        client.resetAndDestroy();
        upstream.resetAndDestroy();
      }
      pairs.clear();
    },
    stall,
    stallAfter(bytes) {
      left = bytes;
    },
    restore() {
      state = 'open';
      left = Infinity;
      for (const { client, upstream } of pairs) {
        client.resume();
        upstream.resume();
      }
    },
    async close() {
      this.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
