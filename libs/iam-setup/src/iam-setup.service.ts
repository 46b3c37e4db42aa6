import type { Viewer } from '#libs/access';
import { InvalidField, InvalidInput, nextTurn } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { cloudFormationSetup, longestTemplateBody, type CloudFormationSetup } from './methods/cloud-formation.js';
import { ExternalIdService } from './external-ids/external-id.service.js';
import { iamSetupOf, IamSetupSettings, type IamSetupRequest } from './iam-setup.js';
import { manualSteps, type ManualStep } from './methods/manual.js';
import { provisionedResourcesWarning } from './provisioned-resources.js';
import { permissionManifest } from './permission-manifest.js';
import { remainingEntities, type KnownSetup, type RemainingEntity } from './methods/removal.js';
import { terraformSetup, type SetupFile } from './methods/terraform.js';

/** Setup by each of the three methods, with the same result. */
export interface IamSetupMethods {
  readonly manifestVersion: number;
  /** External ID for the access role. Null without one. */
  readonly externalId: string | null;
  readonly provisionedResourcesWarning: string;
  readonly cloudFormation: CloudFormationSetup;
  readonly terraform: { readonly files: readonly SetupFile[]; readonly command: string };
  readonly manual: { readonly steps: readonly ManualStep[]; readonly unavailableReason: string | null };
}

/** Creates instructions for the IAM entities that the vendor needs. Changes nothing. */
@Injectable()
export class IamSetupService {
  constructor(
    private readonly settings: IamSetupSettings,
    private readonly externalIds: ExternalIdService,
  ) {}

  /**
   * @param externalIdHandle handle of the external ID for an access role: an unused one, or the one of the account
   * @throws ExternalIdNotFound
   * @throws InvalidInput with all problems of the request
   */
  async methodsFor(
    viewer: Viewer,
    { externalIdHandle, ...request }: IamSetupRequest & { readonly externalIdHandle?: string | null },
  ): Promise<IamSetupMethods> {
    const path = ['input', 'externalIdHandle'];
    const found = externalIdHandle == null ? null : await this.externalIds.get(viewer, externalIdHandle, path);
    await nextTurn(); // Creating the files takes milliseconds, and a document can request many setups.
    return iamSetupMethods(this.settings, request, found?.externalId ?? null);
  }

  /** IAM entities that the customer has to remove after the account is deleted. */
  remainingAfterDeletion(known: KnownSetup): RemainingEntity[] {
    return remainingEntities(this.settings, known);
  }
}

/**
 * All three methods for one request. Each is computed on first access.
 *
 * @param externalId external ID that the access role requires; null for none
 * @throws InvalidInput with all problems of the request
 */
export function iamSetupMethods(
  settings: IamSetupSettings,
  request: IamSetupRequest,
  externalId: string | null,
): IamSetupMethods {
  const setup = iamSetupOf(settings, request, externalId);
  const knowsAccount = setup.values.accountId !== '';
  const cloudFormation = once(() => cloudFormationSetup(settings, setup));
  const terraform = once(() => ({
    files: terraformSetup(setup),
    command: `export AWS_REGION=${setup.region}\nterraform init\nterraform apply`,
  }));
  const manual = once(() => ({
    steps: knowsAccount ? manualSteps(setup) : [],
    unavailableReason: knowsAccount
      ? null
      : 'Send `awsAccountId`: the manual steps attach policies by ARNs that contain the AWS account ID.',
  }));
  // Only tags can make the template longer than AWS allows.
  if (request.tags?.length) refuseLongTemplate(cloudFormation().template);
  return {
    manifestVersion: permissionManifest.version,
    externalId: setup.values.externalId || null,
    provisionedResourcesWarning,
    get cloudFormation() {
      return cloudFormation();
    },
    get terraform() {
      return terraform();
    },
    get manual() {
      return manual();
    },
  };
}

/** @throws InvalidInput when AWS would refuse the template */
function refuseLongTemplate(template: string): void {
  const size = Buffer.byteLength(template);
  if (size > longestTemplateBody)
    throw new InvalidInput([
      new InvalidField(
        ['input', 'tags'],
        `With these tags, the CloudFormation template has ${size} bytes, but AWS allows ${longestTemplateBody}. Send fewer or shorter tags.`,
      ),
    ]);
}

/** Computes a value on first access. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
