import { addTime, faultInCidr, faultInName, InvalidField, InvalidInput, isInOneOf, normalizeName } from '#libs/kernel';
import { Column, Entity, PrimaryGeneratedColumn, VirtualColumn } from 'typeorm';
import { ApiKeyAlreadyRevoked, ApiKeyIsLastOwner } from './access.errors.js';
import { operatorTenantId } from './tenant.entity.js';
import { Viewer, type Role } from './viewer.js';

const day = 24 * 60 * 60 * 1000;
/** Default lifetime in days. */
export const defaultLifetime = 365;
const longestLifetime = 3650;
export const mostCidrs = 20;

/** Properties chosen by the creator of an API key. */
export interface NewApiKey {
  readonly name: string;
  readonly role: Role;
  /** In days. Null: it does not expire, which only the operator can choose. */
  readonly lifetime: number | null;
  /** IP address ranges from which the API key can be used, in CIDR notation. Empty: any address. */
  readonly allowedCidrs: readonly string[];
  readonly canIntrospect: boolean;
}

/** API key of a tenant. Its token is stored only as a keyed hash. */
@Entity('api_key')
export class ApiKey {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('varchar', { name: 'key_id', length: 8 })
  readonly keyId!: string;

  /** HMAC-SHA256 of the whole token with the pepper of the gateway. */
  @Column('blob', { name: 'token_hash' })
  readonly tokenHash!: Buffer;

  @Column('varchar', { length: 64 })
  readonly name!: string;

  @Column('varchar', { length: 16 })
  readonly role!: Role;

  @Column('varchar', { name: 'allowed_cidrs', length: 1024, transformer: { from: splitWords, to: joinWords } })
  readonly allowedCidrs!: readonly string[];

  @Column('boolean', { name: 'may_introspect' })
  readonly canIntrospect!: boolean;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  /** API key that created it. Null when it was created on the command line. */
  @Column('int', { name: 'created_by_key_id', nullable: true })
  readonly createdByKeyId!: number | null;

  /** Null: it does not expire. */
  @Column('datetime', { name: 'expires_at', precision: 3, nullable: true })
  readonly expiresAt!: Date | null;

  @Column('datetime', { name: 'revoked_at', precision: 3, nullable: true })
  readonly revokedAt!: Date | null;

  /** To the minute. */
  @Column('datetime', { name: 'last_used_at', precision: 3, nullable: true })
  readonly lastUsedAt!: Date | null;

  /** Suspension of the tenant when the API key was read. Part of the same statement, because every request reads it. */
  @VirtualColumn('boolean', {
    query: (key) => `SELECT suspended_at IS NOT NULL FROM tenant WHERE id = ${key}.tenant_id`,
  })
  readonly isTenantSuspended!: boolean;

  static create(
    details: NewApiKey & Pick<ApiKey, 'tenantId' | 'keyId' | 'tokenHash' | 'createdByKeyId'>,
    now: Date,
  ): ApiKey {
    const { tenantId, keyId, tokenHash, createdByKeyId, name, role, lifetime, allowedCidrs, canIntrospect } = details;
    const faults = [
      [faultInName(name), 'name', 'The name'] as const,
      [faultInRole(role, tenantId), 'role', 'The role'] as const,
      [faultInCidrs(allowedCidrs), 'allowedCidrs', 'The list of addresses'] as const,
      [lifetime === null ? null : faultInLifetime(lifetime), 'expiresInDays', 'The lifetime'] as const,
    ].flatMap(([fault, field, label]) => (fault ? [new InvalidField(['input', field], `${label} ${fault}.`)] : []));
    if (faults.length > 0) throw new InvalidInput(faults);

    return Object.assign(new ApiKey(), {
      tenantId,
      keyId,
      tokenHash,
      name: normalizeName(name),
      role,
      allowedCidrs: [...new Set(allowedCidrs)],
      canIntrospect,
      createdAt: now,
      createdByKeyId,
      expiresAt: lifetime === null ? null : addTime(now, lifetime * day),
      revokedAt: null,
      lastUsedAt: null,
      isTenantSuspended: false,
    } satisfies Partial<ApiKey>);
  }

  get viewer(): Viewer {
    return new Viewer(this.tenantId, this.id, this.name, this.role, this.canIntrospect);
  }

  isUsableAt(now: Date): boolean {
    return this.endOf(now) === null;
  }

  /** Reason why the API key can never be used again. Null while it is valid. */
  endOf(now: Date): 'REVOKED' | 'EXPIRED' | null {
    if (this.revokedAt) return 'REVOKED';
    return this.expiresAt && this.expiresAt <= now ? 'EXPIRED' : null;
  }

  /** Reason why the API key is not accepted now, from any address. Null when it is accepted. */
  stopOf(now: Date): 'REVOKED' | 'EXPIRED' | 'TENANT_SUSPENDED' | null {
    return this.endOf(now) ?? (this.isTenantSuspended ? 'TENANT_SUSPENDED' : null);
  }

  /** Reason why a request from this address is refused. Null when it is accepted. */
  refusalOf(address: string, now: Date): 'REVOKED' | 'EXPIRED' | 'TENANT_SUSPENDED' | 'WRONG_ADDRESS' | null {
    const isAllowed = this.allowedCidrs.length === 0 || isInOneOf(this.allowedCidrs, address);
    return this.endOf(now) ?? (isAllowed ? this.stopOf(now) : 'WRONG_ADDRESS');
  }

  /**
   * @param twoOwners the tenant's valid API keys with the role OWNER, or two of them
   * @throws ApiKeyAlreadyRevoked, ApiKeyIsLastOwner
   */
  refuseRevocation(twoOwners: readonly number[]): void {
    if (this.revokedAt) throw new ApiKeyAlreadyRevoked();
    if (twoOwners.length === 1 && twoOwners[0] === this.id) throw new ApiKeyIsLastOwner();
  }

  /**
   * Sets the time of the last use, if it is older than `interval` milliseconds.
   *
   * @returns whether it was set, and must be stored
   */
  use(now: Date, interval: number): boolean {
    if (this.lastUsedAt && now.getTime() - this.lastUsedAt.getTime() < interval) return false;
    Object.assign(this, { lastUsedAt: now } satisfies Partial<ApiKey>);
    return true;
  }

  revoke(now: Date): void {
    Object.assign(this, { revokedAt: now } satisfies Partial<ApiKey>);
  }
}

/** Describes the problem with a role for a tenant's API key, as the end of a sentence. Null when it is valid. */
function faultInRole(role: Role, tenantId: number): string | null {
  return role === 'PROVISIONER' && tenantId !== operatorTenantId
    ? `PROVISIONER is reserved for the operator (tenant ${operatorTenantId}), who creates such API keys on the command line`
    : null;
}

/** Describes the problem with a lifetime in days, as the end of a sentence. Null when it is valid. */
export function faultInLifetime(days: number): string | null {
  const isDays = Number.isInteger(days) && days >= 1 && days <= longestLifetime;
  return isDays ? null : `must be from 1 to ${longestLifetime} days`;
}

/** Describes the problem with a list of IP address ranges, as the end of a sentence. Null when it is valid. */
export function faultInCidrs(cidrs: readonly string[]): string | null {
  if (cidrs.length > mostCidrs) return `must have at most ${mostCidrs} entries`;
  const faults = cidrs.map(faultInCidr);
  const first = faults.findIndex((fault) => fault !== null);
  return first < 0 ? null : `is not valid: entry ${first + 1} ${faults[first]}`;
}

function splitWords(text: string): string[] {
  return text.split(' ').filter(Boolean);
}

function joinWords(words: readonly string[]): string {
  return words.join(' ');
}
