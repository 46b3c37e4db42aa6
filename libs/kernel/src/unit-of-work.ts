/** Everything `work` reads and writes takes effect together, or not at all. */
export abstract class UnitOfWork {
  /**
   * Joins the unit of work already in progress, if there is one. Never call a network inside: what is held stays held
   * until `work` settles.
   */
  abstract run<T>(work: () => Promise<T>): Promise<T>;
}
