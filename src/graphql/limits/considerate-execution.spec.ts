import { Logger } from '@nestjs/common';
import { isTurnOver, nextTurn } from '#libs/kernel';
import { buildSchema, execute, parse, type GraphQLSchema } from 'graphql';
import { considerateExecution } from './considerate-execution.js';

const schemaWith = async (resolvers: Record<string, (...given: any[]) => unknown>): Promise<GraphQLSchema> => {
  const schema = buildSchema(
    `type Query { "At most 3 items." names: [String!]! thing: Thing later: Thing } type Thing { other: Thing name: String }`,
  );
  for (const [name, resolve] of Object.entries(resolvers)) schema.getQueryType()!.getFields()[name]!.resolve = resolve;
  await considerateExecution().serverWillStart!({ schema } as never);
  return schema;
};

describe('the execution of a document', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('gives no list that is longer than its description says', async () => {
    const schema = await schemaWith({ names: () => ['a', 'b', 'c', 'd'] });
    const { data } = await execute({ schema, document: parse('{ names }'), contextValue: {} });
    expect(data).toEqual({ names: ['a', 'b', 'c'] });
  });

  it('resolves no further field for a caller that has gone', async () => {
    const gone = new AbortController();
    let isAsked = false;
    const schema = await schemaWith({
      thing: async () => {
        gone.abort();
        return { other: () => (isAsked = true) };
      },
    });
    const contextValue = { caller: gone.signal };
    const { data, errors } = await execute({ schema, document: parse('{ thing { other { name } } }'), contextValue });
    expect([data, isAsked, errors?.map(({ message }) => message)]).toEqual([{ thing: { other: null } }, false, [expect.stringMatching(/caller/)]]); // prettier-ignore
  });
});

describe('a turn', () => {
  it('ends for work that goes on without a pause, so that others get theirs', async () => {
    let others = 0;
    const count = setInterval(() => others++, 0);
    let turns = 0;
    while (turns < 2 || others === 0) {
      if (isTurnOver()) {
        await nextTurn();
        turns++;
      }
      await Promise.resolve();
    }
    clearInterval(count);
    expect(turns).toBeGreaterThan(1);
    expect(others).toBeGreaterThan(0);
  });

  it('comes to all that wait, in their order', async () => {
    const order: number[] = [];
    await Promise.all(Array.from({ length: 100 }, (_, i) => nextTurn().then(() => order.push(i))));
    expect(order).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
