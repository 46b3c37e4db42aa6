import type { Viewer } from '#libs/access';
import { NodeSource } from '#libs/graphql';
import { Injectable } from '@nestjs/common';
import type { ListedFinding } from '../drift-finding.entity.js';
import { DriftFindingService } from './drift-finding.service.js';

@Injectable()
export class DriftFindingNodes extends NodeSource<Viewer> {
  readonly typeName = 'DriftFinding';

  constructor(private readonly findings: DriftFindingService) {
    super();
  }

  byIds(viewer: Viewer, ids: readonly number[]): Promise<ListedFinding[]> {
    return this.findings.findMany(viewer, ids);
  }
}
