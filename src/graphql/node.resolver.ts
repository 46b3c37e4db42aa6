import { CurrentViewer, type Viewer } from '#libs/access';
import { atMost, Batch, type NodeSource, NodeType, parseGlobalId } from '#libs/graphql';
import { InvalidField, InvalidInput } from '#libs/kernel';
import { Args, ID, Query, Resolver } from '@nestjs/graphql';

type Node = Awaited<ReturnType<NodeSource['byIds']>>[number];

/** All sources of nodes. */
export class NodeSources {
  constructor(readonly sources: readonly NodeSource<Viewer>[]) {}

  /** Nodes in the order of their IDs. Null for an ID that does not exist for this viewer. */
  async find(viewer: Viewer, globalIds: readonly string[]): Promise<(Node | null)[]> {
    const wanted = globalIds.map(parseGlobalId);
    const found = new Map<string, Node>();
    for (const source of this.sources) {
      const ids = wanted.filter((id) => id?.type === source.typeName).map((id) => id!.id);
      if (ids.length === 0) continue;
      for (const node of await source.byIds(viewer, [...new Set(ids)]))
        found.set(`${source.typeName}:${node.id}`, node);
    }
    return wanted.map((id) => (id && found.get(`${id.type}:${id.id}`)) ?? null);
  }
}

const mostNodes = 100;

@Resolver(() => NodeType)
export class NodeResolver {
  private readonly nodeOf = new Batch((viewer: Viewer, ids: readonly string[]) => this.nodeSources.find(viewer, ids));

  constructor(private readonly nodeSources: NodeSources) {}

  @Query(() => NodeType, { nullable: true, description: 'Object with the given ID. Null when it does not exist.' })
  node(
    @CurrentViewer() viewer: Viewer,
    @Args('id', { type: () => ID, description: 'ID of the object.' }) id: string,
  ): Promise<Node | null> {
    return this.nodeOf.load(viewer, id);
  }

  @Query(() => [NodeType], {
    nullable: 'items',
    description: atMost(
      mostNodes,
      'Objects with the given IDs, in the same order. Null for each object that does not exist.',
    ),
  })
  nodes(
    @CurrentViewer() viewer: Viewer,
    @Args('ids', { type: () => [ID], description: atMost(mostNodes, 'IDs of the objects.') }) ids: string[],
  ): Promise<(Node | null)[]> {
    if (ids.length > mostNodes)
      throw new InvalidInput([new InvalidField(['ids'], `Request at most ${mostNodes} IDs at once.`)]);
    return Promise.all(ids.map((id) => this.nodeOf.load(viewer, id)));
  }
}
