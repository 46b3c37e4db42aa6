import type { Viewer } from '#libs/access';
import { NodeSource } from '#libs/graphql';
import { Injectable } from '@nestjs/common';
import type { ListedFinding } from '../drift-finding.entity.js';
import { DriftService } from '../drift.service.js';

@Injectable()
export class DriftFindingNodes extends NodeSource<Viewer> {
  readonly typeName = 'DriftFinding';

  constructor(private readonly drift: DriftService) {
    super();
  }

  byIds(viewer: Viewer, ids: readonly number[]): Promise<ListedFinding[]> {
    return this.drift.findMany(viewer, ids);
  }
}
