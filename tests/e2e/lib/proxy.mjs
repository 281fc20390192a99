// A TCP proxy in front of the server that can lose the network: `cut` ends every connection and
// refuses new ones, `stall` keeps them and lets nothing through, `stallAfter` does so once clients were given so
// many bytes more, `restore` ends all of these. `sent` counts what clients have sent, `received` what has come to them.
import net from 'node:net';
import { Transform } from 'node:stream';

/** `bytesPerSecond`: of the line to all clients together; none: as fast as the machine is. */
export async function startProxy(targetPort, { bytesPerSecond = Infinity } = {}) {
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
    client.on('data', (bytes) => (sent += bytes.length));
    upstream.on('data', (bytes) => {
      received += bytes.length;
      left -= bytes.length;
      if (left < 0 && state === 'open') stall();
    });
    client.pipe(upstream);
    (bytesPerSecond === Infinity ? upstream : upstream.pipe(paced())).pipe(client);
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
