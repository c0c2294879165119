import type { Instant } from '../base/units.ts';

/** What a drill needs around the cluster: a folder that datasets are read from, and somebody who gets their messages. */
export interface DrillSite extends AsyncDisposable {
  /** Where relative paths of definitions start. */
  readonly directory: string;
  /** Publishes a file, whole at once. Its time of modification is the same whenever that happens. */
  publish(file: { readonly path: string; readonly text: string }): Promise<void>;
  /** The address that messages go to. */
  readonly messagesTo: string;
  /** What came there, in order, repetitions too. */
  messages(): readonly ReceivedMessage[];
  /** Removes all files and forgets all messages, for another run in the same place. */
  clear(): Promise<void>;
}

export type ReceivedMessage = {
  readonly at: Instant;
  /** The `Idempotency-Key`. */
  readonly key: string;
  readonly body: string;
};
