import { STSClient } from '@aws-sdk/client-sts';
import { Secret } from '#libs/kernel';
import { AwsAccessKey } from '../aws-access-key.js';
import { partitionIn, type AwsAccessRole } from '../aws-access-role.js';
import { CredentialsRejected } from '../aws-credentials.errors.js';
import { GatewayIdentity } from '../gateway-identity.js';

export interface GatewayIdentitySettings {
  /**
   * Role or user that the gateway runs as. Null when the operator has not set one: then the gateway has no identity.
   */
  readonly arn: string | null;
  /** Access key of the identity that roles of the sandbox trust. Undefined while the sandbox is disabled. */
  readonly sandboxKey?: AwsAccessKey;
  /** Timeout for finding credentials, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Identity whose credentials the AWS SDK finds by itself: in the environment, the files of `~/.aws`, or the role of the
 * container or instance. No other part of the gateway uses these (see SdkAwsIam). If the operator has not set an
 * identity, credentials on the machine are ignored.
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

  /** The SDK caches credentials until they expire. */
  private found(): Promise<Found> {
    // The region of the client, which sends no request here. The credential chain does not depend on it.
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
