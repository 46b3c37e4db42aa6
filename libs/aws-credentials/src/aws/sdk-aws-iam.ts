import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsAccessKey } from '../aws-access-key.js';
import { AwsIam, type AwsIdentity, type AwsRole } from '../aws-iam.js';
import { endpointFor, type AwsEndpoints } from './aws-endpoints.js';
import { failureOf, unusable } from './aws-failure.js';

/**
 * Asks AWS through its SDK. Address, region and credentials are always given, so that no profile and no environment
 * variable can send a customer's key elsewhere. A question has one deadline, whatever the SDK retries meanwhile.
 */
export class SdkAwsIam extends AwsIam {
  constructor(private readonly endpoints: AwsEndpoints) {
    super();
  }

  async identityOf(key: AwsAccessKey, region: string): Promise<AwsIdentity> {
    const { Account, UserId, Arn } = await this.ask(
      'identity',
      'sts',
      key,
      region,
      async (config, deadline, attempt) => {
        const sts = new STSClient(config);
        sts.middlewareStack.add((next) => (args) => attempt(next(args)), eachAttempt);
        return sts.send(new GetCallerIdentityCommand({}), deadline).finally(() => sts.destroy());
      },
    );
    if (!Account || !UserId || !Arn || !/^\d{12}$/.test(Account)) throw unusable();
    return { accountId: Account, userId: UserId, arn: Arn };
  }

  async role(key: AwsAccessKey, region: string, name: string): Promise<AwsRole> {
    const { Role } = await this.ask('role', 'iam', key, region, async (config, deadline, attempt) => {
      const iam = new IAMClient(config);
      iam.middlewareStack.add((next) => (args) => attempt(next(args)), eachAttempt);
      return iam.send(new GetRoleCommand({ RoleName: name }), deadline).finally(() => iam.destroy());
    });
    if (!Role?.Arn || !Role.RoleName) throw unusable();
    return { name: Role.RoleName, arn: Role.Arn };
  }

  private async ask<T>(
    what: 'identity' | 'role',
    service: 'sts' | 'iam',
    key: AwsAccessKey,
    region: string,
    question: (config: ClientConfig, deadline: { abortSignal: AbortSignal }, attempt: Attempt) => Promise<T>,
  ): Promise<T> {
    const endpoint = endpointFor(service, key, region, this.endpoints);
    const { timeoutMs } = this.endpoints;
    const config = {
      endpoint: endpoint.url,
      region: endpoint.signingRegion,
      credentials: { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey.reveal() },
      useFipsEndpoint: false,
      useDualstackEndpoint: false,
      // Said here, because the SDK would take each of them from the environment.
      authSchemePreference: ['sigv4'],
      defaultsMode: 'standard' as const,
      retryMode: 'standard',
      maxAttempts: 3,
      // `requestTimeout` alone only warns: it must be told to throw.
      requestHandler: {
        connectionTimeout: Math.min(3000, timeoutMs),
        requestTimeout: timeoutMs,
        throwOnRequestTimeout: true,
      },
    };
    const abortSignal = AbortSignal.timeout(timeoutMs);
    let failed: unknown;
    const attempt: Attempt = (answer) =>
      answer.catch((error: unknown) => {
        if (!abortSignal.aborted) failed = error;
        throw error;
      });
    try {
      return await question(config, { abortSignal }, attempt);
    } catch (error) {
      // When there was no time left to ask again, what the last attempt failed of says more.
      throw failureOf(abortSignal.aborted ? (failed ?? error) : error, what);
    }
  }
}

type Attempt = <A>(answer: Promise<A>) => Promise<A>;

type ClientConfig = NonNullable<ConstructorParameters<typeof STSClient>[0]> &
  NonNullable<ConstructorParameters<typeof IAMClient>[0]>;

/** Where a middleware must stand to see every attempt, instead of the end of them all. */
const eachAttempt = { step: 'finalizeRequest', priority: 'low' } as const;
