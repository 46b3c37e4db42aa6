/** Finds the nodes of one GraphQL type by their numbers; those the viewer may not see are left out. */
export abstract class NodeSource<V = unknown> {
  abstract readonly typeName: string;

  abstract byIds(viewer: V, ids: readonly number[]): Promise<readonly { readonly id: number }[]>;
}
