/** Finds nodes of one GraphQL type by their numbers. Omits those that the viewer cannot see. */
export abstract class NodeSource<V = unknown> {
  abstract readonly typeName: string;

  abstract byIds(viewer: V, ids: readonly number[]): Promise<readonly { readonly id: number }[]>;
}
