import type { Failure } from '../base/errors.ts';
import type { Outcome } from '../base/outcome.ts';
import type { NotifyDefinition } from '../core/datasets/definition.ts';
import type { Message } from '../core/notifications/message.ts';
import type { OperatorMessage } from '../core/notifications/operator-message.ts';
import type { Wait } from './provider.ts';

/** A way to tell people. Delivery may repeat: `id` is the same for the same message, so that receivers can tell. */
export interface Channel {
  deliver(delivery: Delivery, wait: Wait): Promise<Outcome<void, DeliveryFailure>>;
}

/** One channel for each kind of definition, and the log. */
export type Channels = Readonly<Record<NotifyDefinition['type'] | 'log', Channel>>;

export type Delivery = {
  readonly id: string;
  readonly message: Message | OperatorMessage;
  /** The dataset's definition of the channel; absent for the log. */
  readonly definition?: NotifyDefinition;
  /** Who is told, where a channel tells several by themselves: an e-mail address. */
  readonly recipient?: string;
};

/** Why a message was not delivered. */
export type DeliveryFailure = Failure & {
  /** The receiver wants no further try before this time has passed. */
  readonly retryAfterMs?: number;
};
