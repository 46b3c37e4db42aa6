/** Everything that `work` reads and writes takes effect together or not at all, at one moment. */
export abstract class UnitOfWork {
  /**
   * Joins the current unit of work, if any. Never make network calls inside: locks are held until `work` settles.
   *
   * @param work receives the time of the unit of work
   */
  abstract run<T>(work: (now: Date) => Promise<T>): Promise<T>;
}
