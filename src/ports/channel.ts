import type { Outcome } from '../base/outcome.ts';
import type { NotifyDefinition } from '../core/datasets/definition.ts';
import type { Message } from '../core/notifications/message.ts';
import type { Wait } from './provider.ts';

/** A way to tell people. Delivery may repeat: `id` is the same for the same message, so that receivers can tell. */
export interface Channel {
  deliver(delivery: Delivery, wait: Wait): Promise<Outcome<void>>;
}

export type Delivery = {
  readonly id: string;
  readonly message: Message;
  /** The dataset's definition of the channel; absent for the log. */
  readonly definition?: NotifyDefinition;
};
