/** Everything `work` reads and writes takes effect together, or not at all, and at one moment. */
export abstract class UnitOfWork {
  /**
   * Joins the unit of work already in progress, if there is one. Never call a network inside: what is held stays held
   * until `work` settles.
   *
   * @param work gets the moment at which all of it happens
   */
  abstract run<T>(work: (now: Date) => Promise<T>): Promise<T>;
}
