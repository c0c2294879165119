import type { Outcome } from '../base/outcome.ts';
import type { OperatorMessage } from '../core/notifications/operator-message.ts';
import type { DeliveryFailure } from './channel.ts';
import type { Wait } from './provider.ts';

/** One address of operators. Delivery may repeat: `id` is the same for the same message. */
export interface OperatorChannel {
  /** For the log: never an address that is a secret. */
  readonly name: string;
  deliver(id: string, message: OperatorMessage, wait: Wait): Promise<Outcome<void, DeliveryFailure>>;
}
