import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import { type ApiKey, CloudAccount, CloudAccountOwnership } from './entities.js';

@Injectable()
export class AccountsService {
  constructor(@InjectRepository(CloudAccount) private readonly accounts: Repository<CloudAccount>) {}

  find({ tenantId }: ApiKey, id: number): Promise<CloudAccount | null> {
    return this.accounts.findOne({
      where: [
        { id, tenantId },
        { id, ownership: CloudAccountOwnership.HOSTED },
      ],
    });
  }

  async findMany({ tenantId }: ApiKey, ids: readonly number[]): Promise<(CloudAccount | null)[]> {
    const id = In([...ids]);
    const found = await this.accounts.find({
      where: [
        { id, tenantId },
        { id, ownership: CloudAccountOwnership.HOSTED },
      ],
    });
    return ids.map((one) => found.find((account) => account.id === one) ?? null);
  }

  list({ tenantId }: ApiKey, limit: number): Promise<CloudAccount[]> {
    return this.accounts.find({
      where: [{ tenantId }, { ownership: CloudAccountOwnership.HOSTED }],
      order: { nameKey: 'ASC', id: 'ASC' },
      take: limit,
    });
  }

  count({ tenantId }: ApiKey): Promise<number> {
    return this.accounts.count({ where: [{ tenantId }, { ownership: CloudAccountOwnership.HOSTED }] });
  }
}
