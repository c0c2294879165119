import { limits } from '../../base/limits.ts';
import type { Origin } from '../../core/notifications/operator-message.ts';
import type { LogFields } from '../../ports/log.ts';
import type { OperatorChannel } from '../../ports/operator-channel.ts';
import { within } from '../cluster/within.ts';
import type { Kit } from '../kit.ts';
import { inWork } from '../tracing/current-work.ts';
import { AlertQueue } from './alert-queue.ts';
import { errorOfLine } from './error-event.ts';

/**
 * Tells operators what is logged as an error, each address by itself. It asks nothing of the database or the cluster, never
 * keeps the work waiting that logs, and never throws into it.
 */
export class OperatorAlerts {
  readonly #kit: Kit;
  readonly #queues: readonly AlertQueue[];

  constructor(kit: Kit, channels: readonly OperatorChannel[], origin: Origin) {
    this.#kit = kit;
    this.#queues = channels.map((channel) => new AlertQueue(kit, channel, origin));
  }

  /** Takes a line of the log at level error, with clean fields. */
  note(message: string, fields: LogFields): void {
    if (this.#queues.length === 0) return;
    try {
      const error = errorOfLine(message, fields);
      // What is done about it is no part of the work that met it.
      inWork({}, () => {
        for (const queue of this.#queues) queue.note(error);
      });
    } catch {
      // The line stands in the log; there is nobody else to tell.
    }
  }

  /** Tells the last error of a process that is about to end, within a few seconds. */
  async alarm(error: unknown): Promise<void> {
    this.#kit.log.error('the process ends because of an error that nobody foresaw', { error });
    const told = Promise.all(this.#queues.map((queue) => queue.settled()));
    await within(this.#kit.clock, told, limits.operatorFlushMs);
  }

  /** Tells nothing more. */
  stop(): void {
    for (const queue of this.#queues) queue.stop();
  }
}
