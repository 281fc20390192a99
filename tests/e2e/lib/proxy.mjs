// A TCP proxy in front of the server that can lose the network: `cut` ends every connection and
// refuses new ones, `stall` keeps them and lets nothing through, `restore` ends both. `sent` counts what
// clients have sent.
import net from 'node:net';

export async function startProxy(targetPort) {
  const pairs = new Set();
  let state = 'open';
  let sent = 0;
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
    client.pipe(upstream);
    upstream.pipe(client);
    if (state === 'stalled') hold(pair);
  });
  const hold = ({ client, upstream }) => {
    client.pause();
    upstream.pause();
  };
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    sent: () => sent,
    cut() {
      state = 'cut';
      for (const { client, upstream } of pairs) {
        client.resetAndDestroy();
        upstream.resetAndDestroy();
      }
      pairs.clear();
    },
    stall() {
      state = 'stalled';
      pairs.forEach(hold);
    },
    restore() {
      state = 'open';
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
