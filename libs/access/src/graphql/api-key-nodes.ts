import { NodeSource } from '#libs/graphql';
import { Injectable } from '@nestjs/common';
import type { ApiKey } from '../api-key.entity.js';
import { ApiKeyService } from '../api-key.service.js';
import type { Viewer } from '../viewer.js';

@Injectable()
export class ApiKeyNodes extends NodeSource<Viewer> {
  readonly typeName = 'ApiKey';

  constructor(private readonly keys: ApiKeyService) {
    super();
  }

  byIds(viewer: Viewer, ids: readonly number[]): Promise<ApiKey[]> {
    return this.keys.findMany(viewer, ids);
  }
}
