import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a client and a server, and can cut what goes through it. */
export interface CuttingProxy {
  readonly port: number;
  /** How many connections go through it now. */
  readonly connections: number;
  /**
   * Cuts some of the connections, at once and at both ends; whatever is on its way is lost.
   *
   * @param share from 0 to 1, of those there are
   */
  cut(share: number): number;
  close(): Promise<void>;
}

export async function startCuttingProxy(host: string, port: number): Promise<CuttingProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((client) => {
    const upstream = connect(port, host);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        for (const each of pair) each.destroy();
      });
    }
    client.pipe(upstream);
    upstream.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return pairs.size;
    },
    cut: (share) => {
      const doomed = [...pairs].filter(() => Math.random() < share);
      for (const pair of doomed) for (const socket of pair) socket.resetAndDestroy();
      return doomed.length;
    },
    close: async () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
