import { isRetryable } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Outcome } from '../../base/outcome.ts';
import { instant } from '../../base/units.ts';
import type { NotifyDefinition } from '../../core/datasets/definition.ts';
import { backoffMs } from '../../core/resilience/backoff.ts';
import type { Channel } from '../../ports/channel.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { Outbox, PendingMessage } from '../../ports/outbox.ts';
import type { Kit } from '../kit.ts';

type Parts = {
  readonly outbox: Outbox;
  readonly datasets: DatasetStore;
  readonly log: Channel;
  readonly webhook: Channel;
};

const batchSize = 16;

/**
 * Delivers what the outbox holds, at least once each, with back-off. A message was written in the transaction that
 * caused it, so that dying here at any point loses none; the idempotency key lets receivers drop a repetition.
 */
export class OutboxDelivery {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /** Tries what is due now, a bounded number at once; whether something was due. */
  async deliverDue(signal: AbortSignal): Promise<boolean> {
    const due = await this.#parts.outbox.due(this.#kit.clock.now(), batchSize);
    await Promise.all(due.map((message) => this.#deliver(message, signal)));
    return due.length > 0;
  }

  async #deliver(pending: PendingMessage, signal: AbortSignal): Promise<void> {
    const outcome = await this.#try(pending, signal);
    const channel = pending.channel.split(':')[0] ?? pending.channel;
    this.#kit.telemetry.count('assay_deliveries_total', {
      channel,
      end: outcome.ok ? 'delivered' : 'failed',
    });
    const now = this.#kit.clock.now();
    if (outcome.ok) return this.#parts.outbox.markDelivered(pending.id, now);

    const attempt = pending.attempts + 1;
    const again = isRetryable(outcome.error) && attempt < limits.deliveryAttemptsMax;
    const rule = { baseMs: limits.retryBaseMs, capMs: limits.deliveryRetryCapMs };
    const delayMs = backoffMs(rule, attempt, this.#kit.random.next());
    this.#kit.log.warn('a notification was not delivered', {
      message: pending.id,
      channel: pending.channel,
      attempt,
      error: outcome.error,
      again,
    });
    return this.#parts.outbox.markFailed(
      pending.id,
      `${outcome.error.code}: ${outcome.error.message}`,
      again ? instant(now + delayMs) : undefined,
    );
  }

  async #try(pending: PendingMessage, signal: AbortSignal): Promise<Outcome<void>> {
    const definition = await this.#definitionOf(pending);
    const channel = definition === undefined ? this.#parts.log : this.#parts.webhook;
    return channel.deliver(
      { id: pending.id, message: pending.message, ...(definition === undefined ? {} : { definition }) },
      { signal, timeoutMs: limits.deliveryTimeoutMs },
    );
  }

  /** The channel as the dataset defines it now: a corrected address takes effect for what is still undelivered. */
  async #definitionOf(pending: PendingMessage): Promise<NotifyDefinition | undefined> {
    const [kind, position] = pending.channel.split(':');
    if (kind !== 'webhook') return undefined;
    const registered = await this.#parts.datasets.get(pending.dataset);
    return registered?.definition.notify[Number(position)];
  }
}
