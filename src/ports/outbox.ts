import type { DatasetName } from '../base/ids.ts';
import type { Instant } from '../base/units.ts';
import type { Message } from '../core/notifications/message.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from './commit.ts';

/** Messages on their way out: written in the transaction that causes them, delivered at least once, in order per channel. */
export interface Outbox {
  /** Commits a notify task: its messages are to be delivered exactly as long as its outcome stands. */
  commitNotify(
    commit: TaskCommit<OutputOf<'notify'>>,
    messages: readonly OutboxMessage[],
  ): Promise<CommitOutcome>;
  /** Up to `limit` undelivered messages that are due, oldest first, at most one of each channel and dataset. */
  due(now: Instant, limit: number): Promise<readonly PendingMessage[]>;
  markDelivered(id: string, at: Instant): Promise<void>;
  /** Notes a failed try; `retryAt` undefined gives the message up. */
  markFailed(id: string, error: string, retryAt: Instant | undefined): Promise<void>;
  /** Delivered and pending messages of a dataset, newest first. */
  list(dataset: DatasetName, limit: number): Promise<readonly PendingMessage[]>;
  /** When the next message is due, if any is pending. */
  nextDueAt(): Promise<Instant | undefined>;
}

export type OutboxMessage = {
  /** The idempotency key that receivers see: the same message always has the same. */
  readonly id: string;
  readonly dataset: DatasetName;
  /** Names one of the dataset's channels: `log`, or `webhook:<position>`. */
  readonly channel: string;
  readonly message: Message;
};

export type PendingMessage = OutboxMessage & {
  readonly attempts: number;
  readonly createdAt: Instant;
  readonly deliveredAt?: Instant;
  readonly lastError?: string;
};
