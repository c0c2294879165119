import type { DatasetName } from '../base/ids.ts';
import type { Instant } from '../base/units.ts';
import type { Message } from '../core/notifications/message.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from './commit.ts';

/**
 * Messages on their way out: written in the transaction that causes them, delivered at least once, in order per channel of
 * a dataset, by any number of deliverers.
 */
export interface Outbox {
  /** Commits a notify task: its messages are to be delivered exactly as long as its outcome stands. */
  commitNotify(
    commit: TaskCommit<OutputOf<'notify'>>,
    messages: readonly OutboxMessage[],
  ): Promise<CommitOutcome>;
  /**
   * Takes up to `limit` undelivered messages that are due and that nobody holds, oldest first, at most one of each channel
   * and dataset: those behind it wait for it, unless it is yet to be due for the first time. They are held for `leaseMs` by the clock of the database, or until they are
   * marked. A deliverer that dies keeps them no longer than that; one that is late may deliver what another one holds by
   * then, under the same idempotency key.
   */
  claim(request: ClaimRequest): Promise<readonly PendingMessage[]>;
  /** Adds messages that no task causes. One whose id exists already is left as it is. */
  add(messages: readonly OutboxMessage[], at: Instant): Promise<void>;
  /** Notes that it arrived, whoever holds it by now. */
  markDelivered(id: string, at: Instant): Promise<void>;
  /** Notes a failed try, unless the message is held by another one than `by`. */
  markFailed(id: string, failed: FailedTry): Promise<void>;
  /** Delivered and pending messages of a dataset, newest first; only those older than the message with the id `after`. */
  list(dataset: DatasetName, limit: number, after?: string): Promise<readonly PendingMessage[]>;
  /** Messages of all datasets, newest first, as far as the filter lets them through. */
  recent(filter: OutboxFilter): Promise<readonly PendingMessage[]>;
  /** When the next message is due that waits for no other one, if any is pending. */
  nextDueAt(): Promise<Instant | undefined>;
}

export type OutboxFilter = {
  /** Only of these datasets; by default of all. */
  readonly only?: readonly DatasetName[];
  readonly state?: 'pending' | 'delivered' | 'given_up';
  readonly limit: number;
  /** Only those older than the message with this id. */
  readonly after?: string;
};

export type ClaimRequest = {
  /** Who takes them: unique among all deliverers. */
  readonly by: string;
  readonly now: Instant;
  readonly leaseMs: number;
  readonly limit: number;
};

export type FailedTry = {
  readonly by: string;
  readonly error: string;
  /** Absent to give the message up. */
  readonly retryAt?: Instant;
};

export type OutboxMessage = {
  /** The idempotency key that receivers see: the same message always has the same. */
  readonly id: string;
  readonly dataset: DatasetName;
  /** Names one of the dataset's channels: `log`, `<type>:<position>`, or `email:<position>:<address>`. */
  readonly channel: string;
  readonly message: Message;
  /** Not to be delivered earlier; by default at once. */
  readonly dueAt?: Instant;
};

export type PendingMessage = Omit<OutboxMessage, 'dueAt'> & {
  readonly attempts: number;
  readonly createdAt: Instant;
  /** When it is to be tried; absent when it was delivered or given up. */
  readonly dueAt?: Instant;
  readonly deliveredAt?: Instant;
  readonly lastError?: string;
};
