import type { DatasetName } from '../../base/ids.ts';
import { type Outcome, succeed } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import type { Message } from '../../core/notifications/message.ts';
import type { Outbox, OutboxFilter, PendingMessage } from '../../ports/outbox.ts';
import type { Registry } from '../registry/registry.ts';

/** One message on its way to one channel, for people. Times are milliseconds since 1970. */
export type NotificationView = {
  /** The idempotency key that the receiver saw. */
  readonly id: string;
  readonly channel: string;
  readonly state: 'pending' | 'delivered' | 'given_up';
  /** Tries so far. */
  readonly attempts: number;
  readonly createdAt: Instant;
  readonly deliveredAt?: Instant;
  /** Of the last try that failed. */
  readonly lastError?: string;
  readonly message: Message;
};

/** What was told about datasets, and what is yet to be told. */
export class NotificationHistory {
  readonly #outbox: Pick<Outbox, 'recent'>;
  readonly #registry: Pick<Registry, 'require'>;

  constructor(outbox: Pick<Outbox, 'recent'>, registry: Pick<Registry, 'require'>) {
    this.#outbox = outbox;
    this.#registry = registry;
  }

  /** Notifications of a dataset, newest first, those older than the one with the id `after`: `DATASET_NOT_FOUND`. */
  async list(
    dataset: DatasetName,
    { limit, after }: { readonly limit: number; readonly after?: string },
  ): Promise<Outcome<readonly NotificationView[]>> {
    const known = await this.#registry.require(dataset);
    if (!known.ok) return known;
    const older = after === undefined ? {} : { after };
    return succeed(await this.recent({ only: [dataset], limit, ...older }));
  }

  /** Notifications of all datasets, newest first, as far as the filter lets them through. */
  async recent(filter: OutboxFilter): Promise<readonly NotificationView[]> {
    const messages = await this.#outbox.recent(filter);
    return messages.map(notificationView);
  }
}

function notificationView(pending: PendingMessage): NotificationView {
  const { dataset: _, ...rest } = pending;
  const state =
    pending.deliveredAt !== undefined ? 'delivered' : pending.dueAt === undefined ? 'given_up' : 'pending';
  return { ...rest, state };
}
