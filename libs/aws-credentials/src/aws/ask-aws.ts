import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { iamRegions, isOptInRegion } from '#libs/iam-setup';
import { watch, watched } from '#libs/kernel';
import type { AwsAccessKey } from '../aws-access-key.js';
import { RegionNotEnabled, type CredentialsRejected } from '../aws-credentials.errors.js';
import { endpointFor, type AwsEndpoints, type AwsService } from './aws-endpoints.js';
import { failureOf, type AwsAction } from './aws-failure.js';

/** Configuration of an SDK client. */
export interface AwsClientConfig {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  useFipsEndpoint: boolean;
  useDualstackEndpoint: boolean;
  authSchemePreference: string[];
  defaultsMode: 'standard';
  retryMode: string;
  maxAttempts: number;
  requestHandler: { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: boolean };
}

/** Subset of an SDK client that is used here. */
interface AwsClient {
  readonly middlewareStack: unknown;
  destroy(): void;
}

interface Middlewares {
  remove(name: string): boolean;
  add(
    middleware: (next: (args: unknown) => Promise<unknown>) => (args: unknown) => Promise<unknown>,
    where: { step: 'finalizeRequest'; priority: 'low' },
  ): void;
}

export type AwsQuestion<Client, T> = (client: Client, deadline: { abortSignal: AbortSignal }) => Promise<T>;

/** A call to AWS and its parameters. */
export interface AwsAsking {
  readonly action: AwsAction;
  readonly key: AwsAccessKey;
  readonly region: string;
}

/**
 * Calls AWS with its SDK. Endpoint, region and credentials are always explicit, so no profile or environment variable
 * can send a customer's access key elsewhere. A call has one deadline, including retries of the SDK.
 *
 * @throws CredentialsRejected when AWS refuses or cannot be reached
 */
export function askAws<Client extends AwsClient, T>(
  endpoints: AwsEndpoints,
  asking: AwsAsking,
  clientOf: (config: AwsClientConfig) => Client,
  question: AwsQuestion<Client, T>,
): Promise<T> {
  const { action, region } = asking;
  return watch(watched.awsCall, { action, region }, () => ask(endpoints, asking, clientOf, question));
}

async function ask<Client extends AwsClient, T>(
  endpoints: AwsEndpoints,
  asking: AwsAsking,
  clientOf: (config: AwsClientConfig) => Client,
  question: AwsQuestion<Client, T>,
): Promise<T> {
  const { action, key, region } = asking;
  const endpoint = endpointFor(action.split(':')[0] as AwsService, key, region, endpoints);
  const { timeoutMs } = endpoints;
  const client = clientOf({
    endpoint: endpoint.url,
    region: endpoint.signingRegion,
    credentials: {
      accessKeyId: key.accessKeyId,
      secretAccessKey: key.secretAccessKey.reveal(),
      ...(key.sessionToken && { sessionToken: key.sessionToken.reveal() }),
    },
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    // Explicit, because the SDK would otherwise read them from the environment.
    authSchemePreference: ['sigv4'],
    defaultsMode: 'standard',
    retryMode: 'standard',
    maxAttempts: 3,
    // `requestTimeout` alone only logs a warning. This option makes it throw.
    requestHandler: {
      connectionTimeout: Math.min(3000, timeoutMs),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
    },
  });
  const abortSignal = AbortSignal.timeout(timeoutMs);
  const middlewares = client.middlewareStack as Middlewares;
  // Otherwise the SDK formats every response for a logger that does not exist.
  middlewares.remove('loggerMiddleware');
  let failed: unknown;
  middlewares.add(
    (next) => (args) =>
      next(args).catch((error: unknown) => {
        if (!abortSignal.aborted) failed = error;
        throw error;
      }),
    // Position of a middleware that sees every attempt instead of only the final result.
    { step: 'finalizeRequest', priority: 'low' },
  );
  try {
    return await question(client, { abortSignal });
  } catch (error) {
    // When there was no time for another attempt, the error of the last attempt is more informative.
    throw await inItsRegion(endpoints, asking, failureOf(abortSignal.aborted ? (failed ?? error) : error, action));
  } finally {
    client.destroy();
  }
}

/**
 * STS and EC2 report an unknown access key in a region that the AWS account has not enabled. One more call to STS in
 * the default region distinguishes the two cases. Only for regions that accounts must enable.
 */
async function inItsRegion(
  endpoints: AwsEndpoints,
  { action, key, region }: AwsAsking,
  refusal: CredentialsRejected,
): Promise<CredentialsRejected> {
  const isOfRegion = !action.startsWith('iam:') && isOptInRegion(region);
  if (!isOfRegion || refusal.code !== 'AWS_ACCESS_KEY_UNKNOWN') return refusal;
  const elsewhere: AwsAsking = { action: 'sts:GetCallerIdentity', key, region: iamRegions.aws };
  const isKnown = await askAws(
    endpoints,
    elsewhere,
    (config) => new STSClient(config),
    (sts, deadline) => sts.send(new GetCallerIdentityCommand({}), deadline),
  ).then(
    ({ Account }) => Account !== undefined,
    () => false,
  );
  return Object.assign(isKnown ? new RegionNotEnabled(refusal) : refusal, { awsCallCount: 2 });
}
