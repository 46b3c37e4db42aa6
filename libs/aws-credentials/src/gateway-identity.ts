import type { AwsAccessKey } from './aws-access-key.js';
import type { AwsAccessRole } from './aws-access-role.js';

/** Who the gateway itself is at AWS: whom customers' access roles trust. It assumes those roles, and does nothing else. */
export abstract class GatewayIdentity {
  /**
   * A key of the identity that `role` can trust; ask anew for each use, because it may end with its session.
   *
   * @throws CredentialsRejected (GATEWAY_IDENTITY_MISSING) when there is none
   */
  abstract keyFor(role: AwsAccessRole): Promise<AwsAccessKey>;
}
