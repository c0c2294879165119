/** Something that runs in the background of a process. */
export interface Service {
  /** For logs. */
  readonly name: string;
  /** Resolves once it works. A second start is a broken invariant. */
  start(): Promise<void>;
  /** Ends it in good order; resolves when nothing of it runs any more. Safe to call twice, or before the start. */
  stop(): Promise<void>;
}
