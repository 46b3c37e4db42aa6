import { Agent, request } from 'node:http';
import { usePlaces } from '../support/places.js';

const connections = 32;
const requestsOfEach = 40;

describe('Many connections that are opened at once', () => {
  const newPlace = usePlaces();

  it('are served in the order of their requests', async () => {
    const gateway = await (await newPlace()).start({ NODE_ENV: 'production' });
    const url = new URL('/graphql', gateway.url);
    const ask = (agent: Agent) =>
      new Promise<void>((resolve, reject) => {
        const headers = { authorization: `Bearer ${gateway.firstKey}`, 'content-type': 'application/json' };
        request(url, { method: 'POST', agent, headers }, (response) =>
          response.resume().once('end', () => (response.statusCode === 200 ? resolve() : reject(new Error('refused')))),
        )
          .once('error', reject)
          .end(JSON.stringify({ query: '{ cloudAccounts(first: 10) { nodes { id name status } } }' }));
      });

    /** For each request in progress, the number of later ones that were answered. */
    const overtaken = new Map<number, number>();
    let [sent, most] = [0, 0];
    await Promise.all(
      Array.from({ length: connections }, async () => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        for (let i = 0; i < requestsOfEach; i++) {
          const number = sent++;
          overtaken.set(number, 0);
          await ask(agent);
          most = Math.max(most, overtaken.get(number)!);
          overtaken.delete(number);
          for (const [other, times] of overtaken) if (other < number) overtaken.set(other, times + 1);
        }
        agent.destroy();
      }),
    );

    // Twice each of the others: for data that one side has sent and the other has not read yet.
    expect(most).toBeLessThanOrEqual(2 * connections);
  });
});
