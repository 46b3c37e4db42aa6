import { createHmac } from 'node:crypto';
import type { Viewer } from '#libs/access';
import { Keychain } from '#libs/encryption';
import { Injectable } from '@nestjs/common';
import { cloudFormationSetup, type CloudFormationSetup } from './cloud-formation.js';
import { iamSetupOf, IamSetupSettings, type IamSetupRequest } from './iam-setup.js';
import { manualSteps, type ManualStep } from './manual.js';
import { permissionManifest } from './permission-manifest.js';
import { terraformSetup, type SetupFile } from './terraform.js';

/** One setup, by each of the three methods; they make the same. */
export interface IamSetupMethods {
  readonly manifestVersion: number;
  /** What the gateway says when it assumes the access role; null without one. */
  readonly externalId: string | null;
  readonly cloudFormation: CloudFormationSetup;
  readonly terraform: { readonly files: readonly SetupFile[]; readonly command: string };
  readonly manual: { readonly steps: readonly ManualStep[]; readonly unavailable: string | null };
}

/** Tells a customer how to make the IAM entities the vendor needs, and changes nothing anywhere. */
@Injectable()
export class IamSetupService {
  constructor(
    private readonly settings: IamSetupSettings,
    private readonly keychain: Keychain,
  ) {}

  /** @throws InvalidInput with everything that is wrong with the request */
  async methodsFor({ tenantId }: Viewer, request: IamSetupRequest): Promise<IamSetupMethods> {
    return iamSetupMethods(this.settings, request, await this.externalIdOf(tenantId));
  }

  /**
   * The id that keeps one tenant from having the gateway assume another tenant's role. No secret, but nobody's to choose;
   * always the same one for a tenant.
   */
  async externalIdOf(tenantId: number): Promise<string> {
    const key = await this.keychain.gatewayKey('external-id');
    try {
      return `gateway-${createHmac('sha256', key).update(String(tenantId)).digest('hex').slice(0, 32)}`;
    } finally {
      key.fill(0);
    }
  }
}

/** All three methods for one request. @throws InvalidInput with everything that is wrong with it */
export function iamSetupMethods(
  settings: IamSetupSettings,
  request: IamSetupRequest,
  externalId: string,
): IamSetupMethods {
  const setup = iamSetupOf(settings, request, externalId);
  const knowsAccount = setup.values.accountId !== '';
  return {
    manifestVersion: permissionManifest.version,
    externalId: setup.values.externalId || null,
    cloudFormation: cloudFormationSetup(settings, setup),
    terraform: {
      files: terraformSetup(setup),
      command: `export AWS_REGION=${setup.region}\nterraform init\nterraform apply`,
    },
    manual: {
      steps: knowsAccount ? manualSteps(setup) : [],
      unavailable: knowsAccount
        ? null
        : 'Say `awsAccountId`: by hand, policies are attached by ARNs that name your AWS account.',
    },
  };
}
