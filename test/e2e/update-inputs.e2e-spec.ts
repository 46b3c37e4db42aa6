import { isInputObjectType, isNonNullType, type GraphQLInputField } from 'graphql';
import { Gateway } from '../support/gateway.js';
import { schema } from '../support/operations.js';
import { sandboxKey, stepsWith } from '../support/steps.js';

const leftOut = 'Omitted: unchanged.';
const refusesNull = `${leftOut} Null is refused.`;
const notChanges = ['id', 'expectedVersion', 'expectedAwsAccountId', 'idempotencyKey', 'allowMissingPermissions'];

/** All fields of all update inputs, with their descriptions on one line. */
const changes = Object.values(schema.getTypeMap())
  .filter(isInputObjectType)
  .flatMap((input) => Object.values(input.getFields()).map((field) => ({ input: input.name, field })))
  .filter(({ input, field }) =>
    /^(Update|Set)/.test(input) ? !notChanges.includes(field.name) : described(field).includes(leftOut),
  );

function described({ description }: GraphQLInputField): string {
  return (description ?? '').replace(/\s+/g, ' ');
}

/** Two different values of each field, as they are sent. */
const values: Record<string, Record<string, [unknown, unknown]>> = {
  UpdateCloudAccountInput: {
    name: ['One name', 'Other name'],
    region: ['eu-west-1', 'us-west-2'],
    credentials: [sandboxKey('AGAIN', 'ZY01'), sandboxKey('WORKS', 'ZY01')],
    consoleRoleName: ['second-console-role', 'console-role'],
    nodeRoleName: ['one-node-role', 'other-node-role'],
  },
  SetAccessKeyRotationPolicyInput: { rotationIntervalDays: [30, 90] },
  UpdateSubscriptionInput: {
    name: ['One name', 'Other name'],
    plan: ['small', 'large'],
    tags: [[{ key: 'team', value: 'one' }], [{ key: 'team', value: 'other' }]],
  },
  ReportProvisioningInput: { progress: [20, 40], message: ['One step', 'Other step'] },
};

describe('an update', () => {
  let gateway: Gateway;
  let provisioner: string;
  const { createAccount, createSubscription } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start();
    provisioner = await gateway.newKey({ role: 'PROVISIONER' }, 1);
  });
  afterAll(() => gateway.stop());

  const one = async (mutation: string, input: object, key?: string) =>
    Object.values<any>(await gateway.ask(mutation, { input }, key))[0];

  /** For each input: how to create its object, change it and read it as a client does. */
  const accounts = {
    make: async () => (await createAccount({ which: 'ZY01', nodeRoleName: 'first-node-role' })).id,
    read: async (id: string) => {
      const query = `query ($id: ID!) { cloudAccount(id: $id)
        { name region consoleRoleName nodeRoleName version rotationIntervalDays credentials { fingerprint } } }`;
      const { credentials, ...account } = (await gateway.ask(query, { id })).cloudAccount;
      return { ...account, credentials: credentials.fingerprint };
    },
  };
  const subscriptions = {
    make: async () => (await createSubscription((await createAccount()).id)).id,
    read: async (id: string) =>
      (
        await gateway.ask(
          'query ($id: ID!) { cloudSubscription(id: $id) { name plan tags { key value } version provisioning { progress message } } }',
          { id },
        )
      ).cloudSubscription,
  };
  const versioned =
    (name: string, subject: { read: (id: string) => Promise<any> }) => async (id: string, change: object) =>
      one(
        `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { userErrors { code path message } } }`,
        { id, expectedVersion: (await subject.read(id)).version, ...change },
      );
  const worlds: Record<
    string,
    { make(): Promise<string>; read(id: string): Promise<any>; change(id: string, change: object): Promise<any> }
  > = {
    UpdateCloudAccountInput: { ...accounts, change: versioned('updateCloudAccount', accounts) },
    SetAccessKeyRotationPolicyInput: { ...accounts, change: versioned('setAccessKeyRotationPolicy', accounts) },
    UpdateSubscriptionInput: { ...subscriptions, change: versioned('updateSubscription', subscriptions) },
    ReportProvisioningInput: {
      make: subscriptions.make,
      read: async (id) => (await subscriptions.read(id)).provisioning,
      change: async (subscriptionId, change) => {
        const claims = await gateway.sql('SELECT lease_owner FROM provisioning_work WHERE lease_owner IS NOT NULL');
        const claimId = claims[0]?.lease_owner ?? (await claim(subscriptionId));
        const mutation =
          'mutation ($input: ReportProvisioningInput!) { reportProvisioning(input: $input) { userErrors { code path message } } }';
        return one(mutation, { subscriptionId, claimId, ...change }, provisioner);
      },
    },
  };
  const claim = async (subscriptionId: string) => {
    const mutation =
      'mutation ($input: ClaimProvisioningWorkInput!) { claimProvisioningWork(input: $input) { work { subscriptionId claimId } } }';
    const { work: works } = await one(mutation, { limit: 20 }, provisioner);
    return works.find((work: any) => work.subscriptionId === subscriptionId).claimId;
  };

  it('has values here for each field of the schema', () => {
    const named = Object.entries(values).flatMap(([input, fields]) =>
      Object.keys(fields).map((field) => `${input}.${field}`),
    );

    expect(named.sort()).toEqual(changes.map(({ input, field }) => `${input}.${field.name}`).sort());
  });

  it.each(changes.map(({ input, field }) => [`${input}.${field.name}`, field] as const))(
    'states in the description of %s what null does',
    (_, field) => {
      expect(isNonNullType(field.type)).toBe(false);
      expect(described(field)).toMatch(/Omitted: unchanged\. (Null is refused|Null: .+)\.$/);
    },
  );

  describe.each(Object.keys(values))('by %s', (input) => {
    const { make, read, change } = worlds[input]!;
    let id: string;

    beforeAll(async () => {
      await gateway.sql('DELETE FROM provisioning_work');
      id = await make();
    });
    afterAll(async () => {
      if (!/Account|Policy/.test(input)) return;
      const { userErrors } = await one(
        'mutation ($input: DeleteCloudAccountInput!) { deleteCloudAccount(input: $input) { userErrors { code } } }',
        { id },
      );
      expect(userErrors).toEqual([]);
    });

    it.each(changes.filter((each) => each.input === input).map(({ field }) => [field.name, field] as const))(
      'sets %s, leaves it unchanged when it is omitted, and handles null as described',
      async (name, field) => {
        const seen: unknown[] = [];
        for (const value of values[input]![name]!) {
          expect(await change(id, { [name]: value })).toEqual({ userErrors: [] });
          seen.push((await read(id))[name]);
        }
        expect(seen[1]).not.toEqual(seen[0]);
        expect(seen).not.toContain(null);

        expect(await change(id, {})).toEqual({ userErrors: [] });
        expect((await read(id))[name]).toEqual(seen[1]);

        const before = await read(id);
        const { userErrors } = await change(id, { [name]: null });
        if (described(field).endsWith(refusesNull)) {
          expect(userErrors).toEqual([
            { code: 'INVALID_INPUT', path: ['input', name], message: expect.stringContaining('cannot be null') },
          ]);
          expect(await read(id)).toEqual(before);
        } else {
          expect(userErrors).toEqual([]);
          expect((await read(id))[name]).toBeNull();
        }
      },
    );
  });
});
