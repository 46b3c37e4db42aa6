import type { GatewayClient } from '../support/client.js';
import {
  createCloudAccount,
  createSubscription,
  deleteCloudAccount,
  deleteSubscription,
  newAccount,
  updateCloudAccount,
} from '../support/steps.js';

/** `ok`, the code of the typed refusal, or `untyped …`: an answer no client can act on. */
export type Verdict = string;

type Move = (client: GatewayClient) => Promise<Verdict>;

/** Two requests that cannot both have their way, and what may become of them. */
export interface Contest {
  readonly moves: readonly [Move, Move];
  /** What the database must hold afterwards, by what was answered: the accounts and the active subscriptions. */
  readonly accountsAfter: () => readonly string[];
}

export interface ContestKind {
  readonly name: string;
  /** `verdict of the first / verdict of the second`. */
  readonly allowed: readonly string[];
  /** Makes what the two fight over; `number` is this contest's alone. */
  readonly prepare: (client: GatewayClient, number: number) => Promise<Contest>;
}

const ourAnswers = ['CLOUD_ACCOUNT_IN_USE', 'NOT_FOUND', 'VERSION_CONFLICT'] as const;
const [inUse, notFound, versionConflict] = ourAnswers;

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
          (by) => create(by, newAccount(userOf(number), { name }), made),
          (by) => create(by, newAccount(userOf(number, 1), { name: name.toUpperCase() }), made),
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
          (by) => create(by, newAccount(userOf(number), { name: `First ${number}` }), made),
          (by) => create(by, newAccount(userOf(number), { name: `Second ${number}` }), made),
        ],
        accountsAfter: () => made,
      };
    },
  },
];

/** Every contest has two users of the sandbox to itself. */
const userOf = (number: number, which: 0 | 1 = 0) => (2 * number + which).toString(36).toUpperCase().padStart(4, '0');

const subscriptionIn = (cloudAccountId: string) => ({ cloudAccountId, name: 'Orders', region: 'us-east-1' });

async function accountOf(client: GatewayClient, number: number): Promise<string> {
  const data = await client.ask(createCloudAccount, { input: newAccount(userOf(number)) });
  const { cloudAccount, userErrors } = data.createCloudAccount;
  if (!cloudAccount) throw new Error(`No account to fight over: ${JSON.stringify(userErrors)}`);
  return cloudAccount.id;
}

const subscribe: (client: GatewayClient, id: string) => Promise<Verdict> = (client, id) =>
  run(client, createSubscription, subscriptionIn(id));

async function remove(client: GatewayClient, input: object, state: { isThere: boolean }): Promise<Verdict> {
  const verdict = await run(client, deleteCloudAccount, input);
  if (verdict === 'ok') state.isThere = false;
  return verdict;
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
): Promise<Verdict> {
  const { status, body, text } = await client.send(mutation, { input });
  if (rawTexts.test(text)) return `untyped raw text ${rawTexts.exec(text)![0]}`;
  if (status >= 500 || !body) return `untyped HTTP ${status}`;
  if (body.errors) return `untyped ${body.errors[0]?.extensions?.code}`;

  const [payload] = Object.values<any>(body.data);
  const [error] = payload.userErrors;
  if (error) return error.code;
  onSuccess(payload);
  return 'ok';
}
