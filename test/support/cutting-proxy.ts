import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Proxy between a client and a server that can cut connections. */
export interface CuttingProxy {
  readonly port: number;
  /** Number of current connections. */
  readonly connections: number;
  /**
   * Cuts some of the connections at both ends; data in transit is lost.
   *
   * @param share from 0 to 1, of the current connections
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
