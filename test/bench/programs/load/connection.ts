import { Client } from 'undici';
import type { Request } from './protocol.js';

/** One connection that is kept alive and has one request at a time. */
export class Connection {
  private readonly client: Client;

  constructor(
    url: string,
    private readonly onAnswer: (body: string, milliseconds: number) => void,
  ) {
    this.client = new Client(url, { pipelining: 1 });
  }

  /** Returns the body of the answer. */
  async send({ key, body }: Request): Promise<string> {
    const begin = performance.now();
    const answer = await this.answerTo(key, body);
    this.onAnswer(answer, performance.now() - begin);
    return answer;
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private answerTo(key: string, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      this.client.dispatch(
        {
          path: '/graphql',
          method: 'POST',
          headers: ['content-type', 'application/json', 'authorization', `Bearer ${key}`],
          body,
        },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: (_controller, chunk) => void chunks.push(chunk),
          onResponseEnd: () => resolve(Buffer.concat(chunks).toString()),
          onResponseError: (_controller, error: Error) => reject(error),
        },
      );
    });
  }
}
