import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { type Instant, instant } from '../../base/units.ts';
import { lastCronTime } from '../../core/datasets/cron-times.ts';
import type { PublishRule } from '../../core/datasets/definition.ts';
import { type LastScan, missedScanMessage } from '../../core/notifications/missed-scan.ts';
import type { DatasetStore, RegisteredDataset } from '../../ports/dataset-store.ts';
import type { JobStore } from '../../ports/job-store.ts';
import type { Outbox } from '../../ports/outbox.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import type { Kit } from '../kit.ts';
import { outboxMessages } from './outbox-messages.ts';

type Parts = {
  readonly datasets: DatasetStore;
  readonly revisions: RevisionStore;
  readonly jobs: JobStore;
  readonly outbox: Outbox;
};

type Periodic = Extract<PublishRule, { type: 'periodic' }>;

/** A time at which something should have come, of which people were told. */
type Missed = { readonly due: Instant; readonly toldAt: Instant };

/**
 * Watches over what would otherwise be silence: a periodic dataset of which nothing new came by the time that its schedule
 * says, whether or not anything looked for it. One message for each missed time, at most one a day, and one when it comes.
 * Who looks anew, after a restart, finds what was told in the outbox, whose keys keep it from being told again.
 */
export class MissedScans {
  readonly #kit: Kit;
  readonly #parts: Parts;
  readonly #missed = new Map<DatasetName, Missed | undefined>();

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /** Looks at all periodic datasets once. */
  async look(signal: AbortSignal): Promise<void> {
    const now = this.#kit.clock.now();
    const registered = await this.#parts.datasets.list();
    const periodic = registered.flatMap((one) => {
      const { publish } = one.definition;
      return publish.type === 'periodic' ? [{ ...one, publish }] : [];
    });
    const newest = await this.#parts.revisions.lastPartitions({
      datasets: periodic.map(({ definition }) => definition.dataset),
      perDataset: 1,
    });
    for (const one of periodic) {
      if (signal.aborted) return;
      const ingestedAt = newest.get(one.definition.dataset)?.[0]?.ingestedAt;
      await this.#lookAt(one, { now, ingestedAt });
    }
  }

  async #lookAt(
    one: RegisteredDataset & { readonly publish: Periodic },
    { now, ingestedAt }: { readonly now: Instant; readonly ingestedAt: number | undefined },
  ): Promise<void> {
    const { dataset } = one.definition;
    const { cron, timeZone } = one.publish;
    const due = lastCronTime(cron, timeZone, instant(now - limits.scanToleranceMs));
    // What was due before anybody said so is nobody's fault.
    if (due === undefined || due < one.updatedAt) return;
    const hasCome = ingestedAt !== undefined && ingestedAt >= due - limits.scanToleranceMs;
    const missed = await this.#missedOf(dataset);
    if (hasCome) {
      if (missed !== undefined) await this.#tell(one, { due: missed.due, arrived: true, now });
      this.#missed.set(dataset, undefined);
      return;
    }
    if (missed !== undefined && (missed.due === due || now - missed.toldAt < limits.missedScanRepeatMs))
      return;
    await this.#tell(one, { due, arrived: false, now });
    this.#missed.set(dataset, { due, toldAt: now });
  }

  async #tell(
    { definition, publish }: RegisteredDataset & { readonly publish: Periodic },
    { due, arrived, now }: { readonly due: Instant; readonly arrived: boolean; readonly now: Instant },
  ): Promise<void> {
    const { dataset } = definition;
    const lastScan = arrived ? 'none' : await this.#lastScan(dataset, due);
    const message = missedScanMessage({ dataset, due, schedule: publish, lastScan, arrived, at: now });
    // It is the owner's affair: followers are told of data.
    const audience = { ...definition, followers: [] };
    const key = `${dataset}/${message.kind}/${new Date(due).toISOString()}`;
    await this.#parts.outbox.add(outboxMessages(key, { audience, message, told: [], at: now }), now);
  }

  async #lastScan(dataset: DatasetName, due: Instant): Promise<LastScan> {
    const [last] = await this.#parts.jobs.list({ dataset, kind: 'scan', limit: 1 });
    if (last === undefined || last.job.createdAt < due - limits.scanToleranceMs) return 'none';
    return last.end?.status ?? 'open';
  }

  /** What people were told last and has not come since. */
  async #missedOf(dataset: DatasetName): Promise<Missed | undefined> {
    if (this.#missed.has(dataset)) return this.#missed.get(dataset);
    const told = await this.#parts.outbox.list(dataset, limits.toldMessagesMax);
    const last = told.find(
      ({ message }) => message.kind === 'scan_missed' || message.kind === 'scan_arrived',
    );
    const due = Date.parse(last?.id.split('/')[2] ?? '');
    const missed =
      last?.message.kind === 'scan_missed' && Number.isFinite(due)
        ? { due: instant(due), toldAt: last.createdAt }
        : undefined;
    this.#missed.set(dataset, missed);
    return missed;
  }
}
