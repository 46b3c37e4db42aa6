import { bodyOf, documents, type DocumentName } from './documents.js';
import type { Workload } from './programs/load/protocol.js';
import type { Sample, World } from './world.js';

interface WorkloadDescription {
  readonly title: string;
  readonly connections: number;
  of(world: World): Workload;
}

const mixed = (Object.keys(documents) as DocumentName[]).filter(
  (name) => !['Account', 'AccountPage', 'TypeName'].includes(name),
);

export const workloads = {
  W1: {
    title: 'one account, 8 fields',
    connections: 32,
    of: ({ readers }) => requests(readers, ['Account']),
  },
  W2: {
    title: 'page of 50 accounts with 5 subscriptions each and their number',
    connections: 16,
    of: ({ readers }) => requests(readers, ['AccountPage']),
  },
  W3: {
    title: 'createSubscription, then deleteSubscription',
    connections: 16,
    of: ({ writers }) => ({ kind: 'changes', accounts: writers.map(({ key, accountId }) => ({ key, id: accountId })) }),
  },
  W4: {
    title: '`{ __typename }`',
    connections: 32,
    of: ({ readers }) => requests(readers, ['TypeName']),
  },
  W5: {
    title: `mix of ${mixed.length} documents`,
    connections: 32,
    of: ({ readers }) => requests(readers, mixed),
  },
} as const satisfies Record<string, WorkloadDescription>;

export type WorkloadName = keyof typeof workloads;

/** Each document with the same frequency, each with another tenant. */
function requests(samples: readonly Sample[], names: readonly DocumentName[]): Workload {
  const all = samples.map((sample, i) => ({ key: sample.key, body: bodyOf(names[i % names.length]!, sample) }));
  return { kind: 'requests', requests: all };
}
