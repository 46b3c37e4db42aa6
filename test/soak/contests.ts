import { setTimeout as wait } from 'node:timers/promises';
import { runCli } from '../support/cli.js';
import type { GatewayClient } from '../support/client.js';
import type { Place } from '../support/process.js';
import {
  createApiKey,
  createCloudAccount,
  createSubscription,
  deleteCloudAccount,
  deleteSubscription,
  quickAccount,
  numberOf,
  updateCloudAccount,
} from '../support/steps.js';

/** `ok`, the code of the typed refusal, or `untyped …`: a response that no client can handle. */
export type Verdict = string;

type Move = (client: GatewayClient) => Promise<Verdict>;

/** Two requests of which at most one can succeed, and the allowed results. */
export interface Contest {
  readonly moves: readonly [Move, Move];
  /** Required rows afterwards, depending on the answers: accounts and active subscriptions. */
  readonly accountsAfter: () => readonly string[];
}

export interface ContestKind {
  readonly name: string;
  /** `verdict of the first / verdict of the second`. */
  readonly allowed: readonly string[];
  /** Creates the contested objects; `number` belongs to this contest only. */
  readonly prepare: (client: GatewayClient, number: number, place: Place) => Promise<Contest>;
}

const ourAnswers = [
  'CLOUD_ACCOUNT_IN_USE',
  'NOT_FOUND',
  'VERSION_CONFLICT',
  'CLOUD_ACCOUNT_DELETION_SCHEDULED',
] as const;
const [inUse, notFound, versionConflict, beingDeleted] = ourAnswers;
const forceAnswers = ['FORCE_DETACH_VOID', 'SUBSCRIPTION_ALREADY_ENDED'] as const;
const [isVoid, ended] = forceAnswers;

export const contestKinds: readonly ContestKind[] = [
  {
    name: 'create subscription ∥ delete account',
    allowed: [`ok / ${inUse}`, `${notFound} / ok`],
    prepare: async (client, number) => {
      const id = await accountOf(client, number);
      const state = { isThere: true };
      return {
        moves: [(by) => subscribe(by, id), (by) => remove(by, { id }, state)],
        accountsAfter: () => (state.isThere ? [id] : []),
      };
    },
  },
  {
    name: 'end subscription ∥ delete account',
    allowed: ['ok / ok', `ok / ${inUse}`],
    prepare: async (client, number) => {
      const id = await accountOf(client, number);
      const { createSubscription: payload } = await client.ask(createSubscription, { input: subscriptionIn(id) });
      const state = { isThere: true };
      return {
        moves: [
          (by) => run(by, deleteSubscription, { id: payload.subscription.id }),
          (by) => remove(by, { id }, state),
        ],
        accountsAfter: () => (state.isThere ? [id] : []),
      };
    },
  },
  {
    name: 'rename account ∥ delete account, of one version',
    allowed: [`ok / ${versionConflict}`, `${notFound} / ok`],
    prepare: async (client, number) => {
      const id = await accountOf(client, number);
      const state = { isThere: true };
      return {
        moves: [
          (by) => run(by, updateCloudAccount, { id, expectedVersion: 1, name: `Renamed ${number}` }),
          (by) => remove(by, { id, expectedVersion: 1 }, state),
        ],
        accountsAfter: () => (state.isThere ? [id] : []),
      };
    },
  },
  {
    name: 'delete account ∥ delete account',
    allowed: [`ok / ${notFound}`, `${notFound} / ok`],
    prepare: async (client, number) => {
      const id = await accountOf(client, number);
      const state = { isThere: true };
      return {
        moves: [(by) => remove(by, { id }, state), (by) => remove(by, { id }, state)],
        accountsAfter: () => (state.isThere ? [id] : []),
      };
    },
  },
  {
    name: 'create account ∥ create account, with one name',
    allowed: ['ok / CLOUD_ACCOUNT_NAME_TAKEN', 'CLOUD_ACCOUNT_NAME_TAKEN / ok'],
    prepare: async (_, number) => {
      const made: string[] = [];
      const name = `Name ${number}`;
      return {
        moves: [
          (by) => create(by, quickAccount(userOf(number), { name }), made),
          (by) => create(by, quickAccount(userOf(number, 1), { name: name.toUpperCase() }), made),
        ],
        accountsAfter: () => made,
      };
    },
  },
  {
    name: 'create account ∥ create account, with one IAM user',
    allowed: ['ok / AWS_USER_ALREADY_CONNECTED', 'AWS_USER_ALREADY_CONNECTED / ok'],
    prepare: async (_, number) => {
      const made: string[] = [];
      return {
        moves: [
          (by) => create(by, quickAccount(userOf(number), { name: `First ${number}` }), made),
          (by) => create(by, quickAccount(userOf(number), { name: `Second ${number}` }), made),
        ],
        accountsAfter: () => made,
      };
    },
  },
  {
    name: 'create subscription ∥ delete account once it is unused',
    allowed: ['ok / ok', `${beingDeleted} / ok`, `${notFound} / ok`],
    prepare: async (client, number) => {
      const id = await accountOf(client, number);
      const state = { isThere: true };
      return {
        moves: [(by) => subscribe(by, id), (by) => remove(by, { id, mode: 'WHEN_UNUSED' }, state)],
        accountsAfter: () => (state.isThere ? [id] : []),
      };
    },
  },
  {
    name: 'end subscription ∥ delete account once it is unused',
    allowed: ['ok / ok'],
    prepare: async (client, number) => {
      const { id, subscription } = await accountInUse(client, number);
      return {
        moves: [
          (by) => run(by, deleteSubscription, { id: subscription }),
          (by) => run(by, deleteCloudAccount, { id, mode: 'WHEN_UNUSED' }),
        ],
        accountsAfter: () => [],
      };
    },
  },
  {
    name: 'end subscription ∥ end subscription, of an account that waits for both',
    allowed: ['ok / ok'],
    prepare: async (client, number) => {
      const { id, subscription } = await accountInUse(client, number);
      const another = await subscriptionOn(client, id);
      await client.ask(deleteCloudAccount, { input: { id, mode: 'WHEN_UNUSED' } });
      return {
        moves: [
          (by) => run(by, deleteSubscription, { id: subscription }),
          (by) => run(by, deleteSubscription, { id: another }),
        ],
        accountsAfter: () => [],
      };
    },
  },
  {
    name: 'end subscription ∥ have the account stay that waits for it',
    allowed: ['ok / ok', `ok / ${notFound}`],
    prepare: async (client, number) => {
      const { id, subscription } = await accountInUse(client, number);
      await client.ask(deleteCloudAccount, { input: { id, mode: 'WHEN_UNUSED' } });
      const kept: string[] = [];
      return {
        moves: [
          (by) => run(by, deleteSubscription, { id: subscription }),
          (by) => run(by, cancelDeletion, { id, expectedVersion: 2 }, () => kept.push(id)),
        ],
        accountsAfter: () => kept,
      };
    },
  },
  {
    name: 'create subscription ∥ detach account by force',
    allowed: [`ok / ${isVoid}`, `${notFound} / ok`],
    prepare: async (client, number) => {
      const { id, approver } = await accountToForce(client, number);
      const state = { isThere: true };
      return {
        moves: [(by) => subscribe(by, id), (by) => approve(by, id, approver, state)],
        accountsAfter: () => (state.isThere ? [id] : []),
      };
    },
  },
  {
    name: 'end subscription ∥ detach account by force',
    allowed: [`ok / ${isVoid}`, `${ended} / ok`],
    prepare: async (client, number) => {
      const { id, subscription, approver } = await accountToForce(client, number);
      const state = { isThere: true };
      return {
        moves: [(by) => run(by, deleteSubscription, { id: subscription }), (by) => approve(by, id, approver, state)],
        accountsAfter: () => (state.isThere ? [id] : []),
      };
    },
  },
  {
    name: 'delete account once it is unused ∥ detach account by force',
    allowed: ['ok / ok', `${notFound} / ok`],
    prepare: async (client, number) => {
      const { id, approver } = await accountToForce(client, number);
      const state = { isThere: true };
      return {
        moves: [
          (by) => run(by, deleteCloudAccount, { id, mode: 'WHEN_UNUSED' }),
          (by) => approve(by, id, approver, state),
        ],
        accountsAfter: () => [],
      };
    },
  },
];

/** With the command line beside the gateway: its own process on the same database. */
export const commandLineContest: ContestKind = {
  name: 'create subscription ∥ detach account by force, on the command line',
  allowed: [`ok / ${isVoid}`, `${notFound} / ok`],
  prepare: async (client, number, place) => {
    const { id } = await accountToForce(client, number);
    const state = { isThere: true };
    return {
      // The command line needs this time to load.
      moves: [
        async (by) => {
          await wait(300 + ((37 * number) % 1200));
          return subscribe(by, id);
        },
        () => approveByCli(place, id, state),
      ],
      accountsAfter: () => (state.isThere ? [id] : []),
    };
  },
};

/** The main rule, and an attempt to bypass it. */
export const [ruleOfTheHouse] = contestKinds as readonly [ContestKind, ...ContestKind[]];
export const forceContest = contestKinds.find(({ name }) => name === 'create subscription ∥ detach account by force')!;

/** Every contest has two users of the sandbox of its own. */
const userOf = (number: number, which: 0 | 1 = 0) => (2 * number + which).toString(36).toUpperCase().padStart(4, '0');

const subscriptionIn = (cloudAccountId: string) => ({ cloudAccountId, name: 'Orders', region: 'us-east-1' });

async function accountOf(client: GatewayClient, number: number): Promise<string> {
  const data = await client.ask(createCloudAccount, { input: quickAccount(userOf(number)) });
  const { cloudAccount, userErrors } = data.createCloudAccount;
  if (!cloudAccount) throw new Error(`No account to fight over: ${JSON.stringify(userErrors)}`);
  return cloudAccount.id;
}

const cancelDeletion = `mutation ($input: CancelCloudAccountDeletionInput!) {
  cancelCloudAccountDeletion(input: $input) { cloudAccount { id } userErrors { code } } }`;
const requestForceDetach = `mutation ($input: ForceDetachCloudAccountInput!) {
  forceDetachCloudAccount(input: $input) { cloudAccount { id } userErrors { code } } }`;
const approveForceDetach = `mutation ($input: ApproveForceDetachInput!) {
  approveForceDetach(input: $input) { detachedCloudAccountId userErrors { code } } }`;

async function subscriptionOn(client: GatewayClient, id: string): Promise<string> {
  const { createSubscription: payload } = await client.ask(createSubscription, { input: subscriptionIn(id) });
  return payload.subscription.id;
}

async function accountInUse(client: GatewayClient, number: number): Promise<{ id: string; subscription: string }> {
  const id = await accountOf(client, number);
  return { id, subscription: await subscriptionOn(client, id) };
}

/** In use, with a request of one API key that another can approve. */
async function accountToForce(client: GatewayClient, number: number) {
  const account = await accountInUse(client, number);
  const [requester, approver] = await twoOwners(client);
  const input = { id: account.id, name: quickAccount(userOf(number)).name, reason: 'A contest.' };
  const { forceDetachCloudAccount: payload } = await client.ask(requestForceDetach, { input }, requester);
  if (payload.userErrors.length > 0) throw new Error(`No request: ${JSON.stringify(payload.userErrors)}`);
  return { ...account, approver };
}

const owners = new WeakMap<GatewayClient, Promise<[string, string]>>();

/** Two independent API keys, the same for all contests of a client. */
function twoOwners(client: GatewayClient): Promise<[string, string]> {
  const make = async () => {
    const { createApiKey: payload } = await client.ask(createApiKey, { input: { name: 'Owner', role: 'OWNER' } });
    return payload.secret as string;
  };
  const two = owners.get(client) ?? Promise.all([make(), make()]);
  owners.set(client, two);
  return two;
}

async function approve(client: GatewayClient, id: string, key: string, state: { isThere: boolean }): Promise<Verdict> {
  return run(client, approveForceDetach, { id }, () => (state.isThere = false), key);
}

async function approveByCli(place: Place, id: string, state: { isThere: boolean }): Promise<Verdict> {
  const { code, stdout, stderr } = await runCli(
    place,
    ...['force-detach', 'approve', '--account', String(numberOf(id)), '--json'],
  );
  if (rawTexts.test(stdout + stderr)) return `untyped raw text ${rawTexts.exec(stdout + stderr)![0]}`;
  if (code === 0) state.isThere = false;
  if (code === 0) return 'ok';
  return stderr.startsWith('The force detach request is no longer valid') ? isVoid : `untyped ${stderr.slice(0, 100)}`;
}

const subscribe: (client: GatewayClient, id: string) => Promise<Verdict> = (client, id) =>
  run(client, createSubscription, subscriptionIn(id));

async function remove(client: GatewayClient, input: object, state: { isThere: boolean }): Promise<Verdict> {
  return run(client, deleteCloudAccount, input, ({ deletedCloudAccountId }) => {
    // Null when the deletion is scheduled.
    if (deletedCloudAccountId !== null) state.isThere = false;
  });
}

async function create(client: GatewayClient, input: object, made: string[]): Promise<Verdict> {
  return run(client, createCloudAccount, input, ({ cloudAccount }) => made.push(cloudAccount.id));
}

const rawTexts =
  /\bER_[A-Z]|SQLITE_|deadlock|QueryFailed|constraint|\b(fk|uq|ck)_|mysql|mariadb|INSERT INTO|at .*\.js:/i;

async function run(
  client: GatewayClient,
  mutation: string,
  input: object,
  onSuccess: (payload: any) => unknown = () => undefined,
  key?: string,
): Promise<Verdict> {
  const { status, body, text } = await client.send(mutation, { input }, key);
  if (rawTexts.test(text)) return `untyped raw text ${rawTexts.exec(text)![0]}`;
  if (status >= 500 || !body) return `untyped HTTP ${status}`;
  if (body.errors) return `untyped ${body.errors[0]?.extensions?.code}`;

  const [payload] = Object.values<any>(body.data);
  const [error] = payload.userErrors;
  if (error?.blockers && error.blockers.totalCount + error.hiddenBlockerCount === 0)
    return 'untyped, in use by nothing';
  if (error) return error.code;
  onSuccess(payload);
  return 'ok';
}
