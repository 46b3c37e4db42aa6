import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsAccessKey } from '../aws-access-key.js';
import { CredentialsRejected } from '../aws-credentials.errors.js';
import { AwsIam, type AwsIdentity, type AwsRole } from '../aws-iam.js';
import { endpointFor, type AwsEndpoints } from './aws-endpoints.js';
import { failureOf } from './aws-failure.js';

/**
 * Asks AWS through its SDK. Address, region and credentials are always given, so that no profile and no environment
 * variable can send a customer's key elsewhere. A question has one deadline, whatever the SDK retries meanwhile.
 */
export class SdkAwsIam extends AwsIam {
  constructor(private readonly endpoints: AwsEndpoints) {
    super();
  }

  async identityOf(key: AwsAccessKey, region: string): Promise<AwsIdentity> {
    const { Account, UserId, Arn } = await this.ask('identity', 'sts', key, region, async (config, deadline) => {
      const sts = new STSClient(config);
      return sts.send(new GetCallerIdentityCommand({}), deadline).finally(() => sts.destroy());
    });
    if (!Account || !UserId || !Arn || !/^\d{12}$/.test(Account)) throw unusable();
    return { accountId: Account, userId: UserId, arn: Arn };
  }

  async role(key: AwsAccessKey, region: string, name: string): Promise<AwsRole> {
    const { Role } = await this.ask('role', 'iam', key, region, async (config, deadline) => {
      const iam = new IAMClient(config);
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
    question: (config: ClientConfig, deadline: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const endpoint = endpointFor(service, key, region, this.endpoints);
    const { timeoutMs } = this.endpoints;
    const config = {
      endpoint: endpoint.url,
      region: endpoint.signingRegion,
      credentials: { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey.reveal() },
      useFipsEndpoint: false,
      useDualstackEndpoint: false,
      maxAttempts: 3,
      // `requestTimeout` alone only warns: it must be told to throw.
      requestHandler: {
        connectionTimeout: Math.min(3000, timeoutMs),
        requestTimeout: timeoutMs,
        throwOnRequestTimeout: true,
      },
    };
    try {
      return await question(config, { abortSignal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      throw failureOf(error, what);
    }
  }
}

type ClientConfig = NonNullable<ConstructorParameters<typeof STSClient>[0]> &
  NonNullable<ConstructorParameters<typeof IAMClient>[0]>;

/** A captive portal's page is a success to the SDK: an answer without an identity is not AWS's. */
function unusable(): CredentialsRejected {
  return new CredentialsRejected(
    'AWS_ANSWER_UNUSABLE',
    'What answered in place of AWS said nothing of the kind AWS says.',
    null,
  );
}
