import { ErrorCode } from '#libs/graphql';
import { DomainError } from '#libs/kernel';
import { Field, ObjectType } from '@nestjs/graphql';
import type { Role, Viewer } from '../viewer.js';

@ObjectType('ViewerPermission', {
  description: 'Whether you can perform an action at the moment, and if not, the reason.',
})
export class ViewerPermission {
  @Field({ description: 'Whether the action is allowed.' })
  readonly isAllowed!: boolean;

  @Field(() => ErrorCode, {
    nullable: true,
    description: 'Error code of the refusal. Null when the action is allowed.',
  })
  readonly code!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Human-readable reason for the refusal. Null when the action is allowed.',
  })
  readonly reason!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Human-readable instructions for resolving the refusal. Null when the action is allowed.',
  })
  readonly remediation!: string | null;
}

/**
 * Uses the same rules as the mutation, so the field and the mutation always agree.
 *
 * @param role required role
 * @param rules each throws a DomainError when it refuses
 */
export function permission(viewer: Viewer, role: Role, ...rules: (() => void)[]): ViewerPermission {
  try {
    viewer.refuseUnless(role);
    for (const rule of rules) rule();
    return { isAllowed: true, code: null, reason: null, remediation: null };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { isAllowed: false, code: error.code, reason: error.message, remediation: error.remediation };
  }
}
