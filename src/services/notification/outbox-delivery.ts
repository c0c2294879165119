import { failure, isRetryable } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome } from '../../base/outcome.ts';
import { instant } from '../../base/units.ts';
import type { NotifyDefinition } from '../../core/datasets/definition.ts';
import { releaseAt } from '../../core/notifications/quiet-hours.ts';
import { backoffMs } from '../../core/resilience/backoff.ts';
import type { Channels, DeliveryFailure } from '../../ports/channel.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { Outbox, PendingMessage } from '../../ports/outbox.ts';
import type { Kit } from '../kit.ts';
import { inWork } from '../tracing/current-work.ts';

type Parts = {
  readonly outbox: Outbox;
  readonly datasets: DatasetStore;
  readonly channels: Channels;
};

const batchSize = 16;

/** Claimed messages: from `lastStartMs` on, by the monotonic clock, none of them may be begun any more. */
type Hold = { readonly signal: AbortSignal; readonly lastStartMs: number };

/** How long a delivery may take, and how long messages are held for it, which must be longer. */
type Times = { readonly timeoutMs: number; readonly leaseMs: number };

const defaultTimes: Times = { timeoutMs: limits.deliveryTimeoutMs, leaseMs: limits.deliveryLeaseMs };

/**
 * Delivers what the outbox holds, at least once each, with back-off, beside any number of others who do. A message was
 * written in the transaction that caused it, so that dying here at any point loses none: what it held is delivered by
 * another one after a while. The idempotency key lets receivers drop a repetition.
 */
export class OutboxDelivery {
  readonly #kit: Kit;
  readonly #parts: Parts;
  readonly #times: Times;
  readonly #id: string;

  constructor(kit: Kit, parts: Parts, times: Times = defaultTimes) {
    this.#kit = kit;
    this.#parts = parts;
    this.#times = times;
    this.#id = kit.random.id();
  }

  /** Tries what is due now, a bounded number at once; whether something was due that no other deliverer holds. */
  async deliverDue(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#kit;
    const { leaseMs, timeoutMs } = this.#times;
    const lastStartMs = clock.monotonicMs() + leaseMs - timeoutMs;
    const claimed = await this.#parts.outbox.claim({
      by: this.#id,
      now: clock.now(),
      leaseMs,
      limit: batchSize,
    });
    // All are awaited, also when one of them throws: none may be at work when the next round begins.
    const ends = await Promise.allSettled(
      claimed.map((pending) => {
        const { id, message, channel } = pending;
        const work = { traceId: message.traceId, notification: id, channel };
        return inWork(work, () => this.#deliver(pending, { signal, lastStartMs }));
      }),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return claimed.length > 0;
  }

  async #deliver(pending: PendingMessage, hold: Hold): Promise<void> {
    const definition = await this.#definitionOf(pending);
    const outcome = await this.#try(pending, definition, hold);
    if (outcome === undefined) return;
    const channel = pending.channel.split(':')[0] ?? pending.channel;
    this.#kit.telemetry.count('assay_deliveries_total', {
      channel,
      end: outcome.ok ? 'delivered' : 'failed',
    });
    const now = this.#kit.clock.now();
    if (outcome.ok) {
      this.#kit.log.debug('a notification was delivered');
      return this.#parts.outbox.markDelivered(pending.id, now);
    }

    const attempt = pending.attempts + 1;
    const again = isRetryable(outcome.error) && attempt < limits.deliveryAttemptsMax;
    const rule = { baseMs: limits.retryBaseMs, capMs: limits.deliveryRetryCapMs };
    const delayMs = Math.max(
      backoffMs(rule, attempt, this.#kit.random.next()),
      Math.min(outcome.error.retryAfterMs ?? 0, limits.deliveryRetryAfterMsMax),
    );
    // A try that failed in the evening rings nobody at night.
    const retryAt = releaseAt(definition?.quietHours, pending.message.status, instant(now + delayMs));
    this.#kit.log.warn('a notification was not delivered', {
      notification: pending.id,
      channel: pending.channel,
      attempt,
      error: outcome.error,
      again,
    });
    return this.#parts.outbox.markFailed(pending.id, {
      by: this.#id,
      error: `${outcome.error.code}: ${outcome.error.message}`,
      ...(again ? { retryAt } : {}),
    });
  }

  /** Undefined when so much time has passed that another one may hold the message before this delivery would be over. */
  async #try(
    pending: PendingMessage,
    definition: NotifyDefinition | undefined,
    { signal, lastStartMs }: Hold,
  ): Promise<Outcome<void, DeliveryFailure> | undefined> {
    if (this.#kit.clock.monotonicMs() > lastStartMs) return undefined;
    const { id, message } = pending;
    const { type, recipient } = placeOf(pending.channel);
    // Of a later release, which beside this one may deliver it yet.
    if (!Object.hasOwn(this.#parts.channels, type)) {
      return fail(failure('DELIVERY_FAILED', `this release has no channel “${type}”`));
    }
    const delivery = {
      id,
      message,
      ...(definition === undefined ? {} : { definition }),
      ...(recipient === undefined ? {} : { recipient }),
    };
    const channel = this.#parts.channels[definition?.type ?? 'log'];
    return await channel.deliver(delivery, { signal, timeoutMs: this.#times.timeoutMs });
  }

  /**
   * The channel as the dataset defines it now: a corrected address takes effect for what is still undelivered. Undefined
   * for the log, which also takes what has no channel any more.
   */
  async #definitionOf(pending: PendingMessage): Promise<NotifyDefinition | undefined> {
    const { type, position } = placeOf(pending.channel);
    if (type === 'log') return undefined;
    const registered = await this.#parts.datasets.get(pending.dataset);
    const definition = registered?.definition.notify[position];
    return definition?.type === type ? definition : undefined;
  }
}

/** The parts of a channel's name: `<type>:<position>:<recipient>`. */
function placeOf(channel: string): { type: string; position: number; recipient: string | undefined } {
  const [type = channel, position, ...recipient] = channel.split(':');
  return {
    type,
    position: Number(position),
    recipient: recipient.length === 0 ? undefined : recipient.join(':'),
  };
}
