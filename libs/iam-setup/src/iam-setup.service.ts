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

/** One setup, by each of the three methods; they make the same. */
export interface IamSetupMethods {
  readonly manifestVersion: number;
  /** What the gateway says when it assumes the access role; null without one. */
  readonly externalId: string | null;
  readonly provisionedResourcesWarning: string;
  readonly cloudFormation: CloudFormationSetup;
  readonly terraform: { readonly files: readonly SetupFile[]; readonly command: string };
  readonly manual: { readonly steps: readonly ManualStep[]; readonly unavailableReason: string | null };
}

/** Tells a customer how to make the IAM entities the vendor needs, and changes nothing anywhere. */
@Injectable()
export class IamSetupService {
  constructor(
    private readonly settings: IamSetupSettings,
    private readonly externalIds: ExternalIdService,
  ) {}

  /**
   * @param externalIdHandle of the id an access role is to demand: one that is free, or the account's own to set up again
   * @throws ExternalIdNotFound
   * @throws InvalidInput with everything that is wrong with the request
   */
  async methodsFor(
    viewer: Viewer,
    { externalIdHandle, ...request }: IamSetupRequest & { readonly externalIdHandle?: string | null },
  ): Promise<IamSetupMethods> {
    const path = ['input', 'externalIdHandle'];
    const found = externalIdHandle == null ? null : await this.externalIds.get(viewer, externalIdHandle, path);
    await nextTurn(); // the files take milliseconds to make, and a document may ask for many setups
    return iamSetupMethods(this.settings, request, found?.externalId ?? null);
  }

  /** What a customer made that is theirs to remove once the gateway does not need it any more. */
  remainingAfterDeletion(known: KnownSetup): RemainingEntity[] {
    return remainingEntities(this.settings, known);
  }
}

/**
 * All three methods for one request. Each is made when it is first read.
 *
 * @param externalId what an access role demands; null when none was issued
 * @throws InvalidInput with everything that is wrong with it
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

/** Makes something when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
