import { ConnectionArgs, type Connection } from '#libs/graphql';
import { Args, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Blocker } from '../blocker.js';
import { Blockers } from '../blockers/blockers.js';
import type { CloudAccountInUse } from '../cloud-account.errors.js';
import { blockersOf } from '../blockers/blocker-connection.types.js';
import { CloudAccountBlockerConnectionType, CloudAccountInUseErrorType } from './cloud-account-deletion.types.js';

@Resolver(() => CloudAccountInUseErrorType)
export class CloudAccountInUseResolver {
  constructor(private readonly whatBlocks: Blockers) {}

  @ResolveField(() => CloudAccountBlockerConnectionType, {
    description:
      'Blockers: a rotation first, then the oldest subscription. The first page shows the blockers at the time of the refusal. Its cursors are also valid in `cloudAccountDeletionPreview`, which returns the following pages.',
  })
  blockers(@Parent() { seen }: CloudAccountInUse, @Args() args: ConnectionArgs): Promise<Connection<Blocker>> {
    return blockersOf(this.whatBlocks, seen!, args);
  }

  @ResolveField(() => Int)
  hiddenBlockerCount(@Parent() { seen }: CloudAccountInUse): number {
    return seen!.hidden;
  }
}
