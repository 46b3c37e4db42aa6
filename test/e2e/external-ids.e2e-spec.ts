import { Gateway } from '../support/gateway.js';
import { issueExternalId as mutation, stepsWith } from '../support/steps.js';

const externalIds = `query ($first: Int, $after: String) { externalIds(first: $first, after: $after) {
  nodes { handle externalId createdAt assignedAt cloudAccount { id } } pageInfo { hasNextPage endCursor } totalCount
} }`;

describe('external IDs', () => {
  let gateway: Gateway;
  const { issueExternalId } = stepsWith(() => gateway);
  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const list = async (variables: object = {}, key?: string) =>
    (await gateway.ask(externalIds, variables, key)).externalIds;

  it('are created by the gateway at random, and unused at first', async () => {
    const [one, other] = [await issueExternalId(), await issueExternalId()];

    expect(one).toMatchObject({
      handle: expect.stringMatching(/^xid_[0-9a-f]{32}$/),
      externalId: expect.stringMatching(/^gateway-[0-9a-f]{32}$/),
      assignedAt: null,
      cloudAccount: null,
    });
    expect(
      new Set([one.handle.slice(4), one.externalId.slice(8), other.handle.slice(4), other.externalId.slice(8)]).size,
    ).toBe(4);
    expect((await gateway.sql("SELECT data FROM event WHERE type = 'EXTERNAL_ID_ISSUED'")).length).toBeGreaterThan(1);
  });

  it('are issued once for one idempotency key', async () => {
    const input = { idempotencyKey: 'the-same' };
    const [one, again] = [await gateway.ask(mutation, { input }), await gateway.ask(mutation, { input })];

    expect(again).toEqual(one);
  });

  it('are listed page by page, newest first, to their tenant only', async () => {
    const stranger = await gateway.anotherTenant();
    const mine = [await issueExternalId(stranger), await issueExternalId(stranger), await issueExternalId(stranger)];

    const first = await list({ first: 2 }, stranger);
    const rest = await list({ first: 2, after: first.pageInfo.endCursor }, stranger);

    expect([first.totalCount, first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([3, true, false]);
    expect([...first.nodes, ...rest.nodes].map(({ handle }) => handle)).toEqual(
      mine.map(({ handle }) => handle).reverse(),
    );
    expect(JSON.stringify(await list({ first: 100 }))).not.toContain(mine[0]!.handle);
  });
});
