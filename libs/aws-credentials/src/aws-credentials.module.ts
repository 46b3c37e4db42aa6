import { EventsModule } from '#libs/events';
import { Module } from '@nestjs/common';
import { AwsCredentialsService } from './aws-credentials.service.js';
import { KeyRotationLoop } from './key-rotation-loop.js';
import { KeyRotationPolicies } from './key-rotation-policies.js';
import { KeyRotationPolicyService } from './key-rotation-policy.service.js';
import { KeyRotationService } from './key-rotation.service.js';
import { KeyRotations } from './key-rotations.js';
import { KeyRotator } from './key-rotator.js';
import { RotationJournal } from './rotation-journal.js';
import { StoredAccessKeys } from './stored-access-keys.js';
import { TypeOrmKeyRotationPolicies } from './typeorm/typeorm-key-rotation-policies.js';
import { TypeOrmKeyRotations } from './typeorm/typeorm-key-rotations.js';
import { TypeOrmStoredAccessKeys } from './typeorm/typeorm-stored-access-keys.js';

/**
 * Needs an `AwsIam` and a `RotationPace`, which the host makes, because it knows where AWS is and how it was set; and a
 * `RotatedAccounts`.
 */
@Module({
  imports: [EventsModule],
  providers: [
    AwsCredentialsService,
    KeyRotationService,
    KeyRotationLoop,
    KeyRotationPolicyService,
    KeyRotator,
    RotationJournal,
    { provide: StoredAccessKeys, useClass: TypeOrmStoredAccessKeys },
    { provide: KeyRotationPolicies, useClass: TypeOrmKeyRotationPolicies },
    { provide: KeyRotations, useClass: TypeOrmKeyRotations },
  ],
  exports: [AwsCredentialsService, KeyRotationPolicyService, KeyRotationService],
})
export class AwsCredentialsModule {}
