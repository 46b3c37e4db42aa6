import type { AwsAccessKey } from './aws-access-key.js';
import type { AwsAccessRole } from './aws-access-role.js';

/** Identity of the gateway in AWS, which access roles trust. It only assumes these roles. */
export abstract class GatewayIdentity {
  /**
   * Access key of the identity that `role` can trust. Call it for each use, because the access key can expire with its
   * session.
   *
   * @throws CredentialsRejected (GATEWAY_IDENTITY_MISSING) when there is none
   */
  abstract keyFor(role: AwsAccessRole): Promise<AwsAccessKey>;
}
