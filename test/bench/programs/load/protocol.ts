export interface Request {
  /** API key. */
  readonly key: string;
  readonly body: string;
}

/** What the connections of a workload send: requests in turn, or subscriptions that are created and deleted. */
export type Workload =
  | { readonly kind: 'requests'; readonly requests: readonly Request[] }
  | { readonly kind: 'changes'; readonly accounts: readonly { readonly id: string; readonly key: string }[] };

/** One server under one workload. It ends when `seconds` have passed and each request that was sent is answered. */
export interface Turn {
  readonly url: string;
  readonly workload: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface Load {
  readonly answers: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Latencies in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers with errors or refusals. */
  readonly failures: number;
  /** One of them. */
  readonly sample: string | null;
}

export type Message = { readonly workloads: Readonly<Record<string, Workload>> } | { readonly turn: Turn };
export type Reply = { readonly load: Load } | { readonly error: string };
