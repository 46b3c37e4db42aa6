import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { iamRegions, isOptInRegion } from '#libs/iam-setup';
import type { AwsAccessKey } from '../aws-access-key.js';
import { RegionNotEnabled, type CredentialsRejected } from '../aws-credentials.errors.js';
import { endpointFor, type AwsEndpoints, type AwsService } from './aws-endpoints.js';
import { failureOf, type AwsAction } from './aws-failure.js';

/** What a client of the SDK is made with. */
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

/** As much of a client as this needs. */
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

/** What is asked, and with what. */
export interface AwsAsking {
  readonly action: AwsAction;
  readonly key: AwsAccessKey;
  readonly region: string;
}

/**
 * Asks AWS through its SDK. Address, region and credentials are always given, so that no profile and no environment
 * variable can send a customer's key elsewhere. A question has one deadline, whatever the SDK retries meanwhile.
 *
 * @throws CredentialsRejected AWS refused, or could not be asked
 */
export async function askAws<Client extends AwsClient, T>(
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
    // Said here, because the SDK would take each of them from the environment.
    authSchemePreference: ['sigv4'],
    defaultsMode: 'standard',
    retryMode: 'standard',
    maxAttempts: 3,
    // `requestTimeout` alone only warns: it must be told to throw.
    requestHandler: {
      connectionTimeout: Math.min(3000, timeoutMs),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
    },
  });
  const abortSignal = AbortSignal.timeout(timeoutMs);
  const middlewares = client.middlewareStack as Middlewares;
  // It renders every answer anew for a log that nobody keeps.
  middlewares.remove('loggerMiddleware');
  let failed: unknown;
  middlewares.add(
    (next) => (args) =>
      next(args).catch((error: unknown) => {
        if (!abortSignal.aborted) failed = error;
        throw error;
      }),
    // Where a middleware must stand to see every attempt, instead of the end of them all.
    { step: 'finalizeRequest', priority: 'low' },
  );
  try {
    return await question(client, { abortSignal });
  } catch (error) {
    // When there was no time left to ask again, what the last attempt failed of says more.
    throw await inItsRegion(endpoints, asking, failureOf(abortSignal.aborted ? (failed ?? error) : error, action));
  } finally {
    client.destroy();
  }
}

/**
 * In a region that the AWS account has not enabled, STS and EC2 say that the key is unknown. One more question, to STS in
 * the region that every account has, tells the two apart. It is asked only where accounts must enable the region.
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
