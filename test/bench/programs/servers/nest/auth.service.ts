import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Raw, Repository } from 'typeorm';
import { settings } from '../data/settings.js';
import { ApiKey, Tenant } from './entities.js';

const minute = 60_000;

@Injectable()
export class AuthService {
  constructor(
    @InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>,
    @InjectRepository(Tenant) private readonly tenants: Repository<Tenant>,
  ) {}

  /** @throws UnauthorizedException */
  async authenticate(authorization = ''): Promise<ApiKey> {
    const [, token = ''] = /^Bearer +(gwk_live_[0-9A-Za-z]{44})$/i.exec(authorization) ?? [];
    const next = 'SELECT MIN(key_id) FROM api_key WHERE key_id >= :keyId';
    const keyId = Raw((column) => `${column} = COALESCE((${next}), (SELECT MIN(key_id) FROM api_key))`, {
      keyId: token.slice(9, 17),
    });
    const key = await this.keys.findOneBy({ keyId });
    const hash = createHmac('sha256', settings.pepper).update(token).digest();
    if (!key || !timingSafeEqual(hash, key.tokenHash)) throw new UnauthorizedException();

    const now = new Date();
    const tenant = await this.tenants.findOneBy({ id: key.tenantId });
    if (key.revokedAt || (key.expiresAt && key.expiresAt <= now) || key.allowedCidrs || tenant?.suspendedAt)
      throw new UnauthorizedException();
    if (!key.lastUsedAt || now.getTime() - key.lastUsedAt.getTime() >= minute)
      await this.keys.update({ id: key.id }, { lastUsedAt: now });
    return key;
  }

  async tenantName({ tenantId }: ApiKey): Promise<string> {
    return (await this.tenants.findOneByOrFail({ id: tenantId })).name;
  }
}
