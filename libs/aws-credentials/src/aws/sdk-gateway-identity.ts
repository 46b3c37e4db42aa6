import { STSClient } from '@aws-sdk/client-sts';
import { Secret } from '#libs/kernel';
import { AwsAccessKey } from '../aws-access-key.js';
import { partitionIn, type AwsAccessRole } from '../aws-access-role.js';
import { CredentialsRejected } from '../aws-credentials.errors.js';
import { GatewayIdentity } from '../gateway-identity.js';

export interface GatewayIdentitySettings {
  /** The role or the user the gateway runs as; null when the operator has named none: then it has no identity. */
  readonly arn: string | null;
  /** Of the identity that roles of the sandbox trust; absent while the sandbox is off. */
  readonly sandboxKey?: AwsAccessKey;
  /** How long finding credentials may take, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * The identity whose credentials stand where the AWS SDK looks for them by itself: the environment, the files of `~/.aws`,
 * the role of the container or of the instance. Nothing else of the gateway's looks there (see SdkAwsIam). An operator who
 * has named no identity is not surprised by one: whatever credentials lie about on a machine, they are left alone.
 */
export class SdkGatewayIdentity extends GatewayIdentity {
  private chain: (() => Promise<Found>) | undefined;

  constructor(private readonly settings: GatewayIdentitySettings) {
    super();
  }

  async keyFor(role: AwsAccessRole): Promise<AwsAccessKey> {
    const { arn, sandboxKey } = this.settings;
    if (sandboxKey && role.isSandbox) return sandboxKey;
    if (arn === null) throw noIdentity('The operator has not set GATEWAY_IDENTITY_ARN.');
    if (partitionIn(arn) !== role.partition)
      throw noIdentity('Its identity is in another AWS partition than the role.');

    const { accessKeyId, secretAccessKey, sessionToken } = await this.found().catch((cause: unknown) => {
      throw noIdentity('No credentials for its identity were found.', { cause });
    });
    return new AwsAccessKey(accessKeyId, new Secret(secretAccessKey), sessionToken ? new Secret(sessionToken) : null);
  }

  /** The SDK keeps what it found for as long as it is good, and looks again then. */
  private found(): Promise<Found> {
    // The region is that of the client, which asks nothing; the chain belongs to none.
    this.chain ??= new STSClient({ region: 'us-east-1' }).config.credentials;
    return within(this.settings.timeoutMs, this.chain());
  }
}

interface Found {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const noIdentity = (why: string, options: ErrorOptions = {}) =>
  new CredentialsRejected(
    'GATEWAY_IDENTITY_MISSING',
    `The gateway has no usable identity in AWS. ${why}`,
    null,
    null,
    options,
  );

async function within<T>(ms: number, asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('No credentials were found in time.')), ms);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
