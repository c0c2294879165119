import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { type LastScan, missedScanMessage } from '../../core/notifications/missed-scan.ts';
import type { JobStore } from '../../ports/job-store.ts';
import type { Outbox } from '../../ports/outbox.ts';
import { outboxMessages } from './outbox-messages.ts';

type Parts = { readonly jobs: JobStore; readonly outbox: Outbox };

/**
 * Tells the owner what would otherwise be silence: of a periodic dataset nothing new came by the time at which it must be
 * there, or it has come after all. The keys of the messages keep anything from being told twice, whoever tells it.
 */
export class MissedScans {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async tell(
    definition: DatasetDefinition,
    { due, arrived, at }: { readonly due: Instant; readonly arrived: boolean; readonly at: Instant },
  ): Promise<void> {
    const { dataset, publish } = definition;
    if (publish.type !== 'periodic') return;
    const lastScan = arrived ? 'none' : await this.#lastScan(dataset, due);
    const message = missedScanMessage({ dataset, due, schedule: publish, lastScan, arrived, at });
    // It is the owner's affair: followers are told of data.
    const audience = { ...definition, followers: [] };
    const key = `${dataset}/${message.kind}/${new Date(due).toISOString()}`;
    await this.#parts.outbox.add(outboxMessages(key, { audience, message, told: [], at }), at);
  }

  async #lastScan(dataset: DatasetName, due: Instant): Promise<LastScan> {
    const [last] = await this.#parts.jobs.list({ dataset, kind: 'scan', limit: 1 });
    if (last === undefined || last.job.createdAt < due - limits.scanToleranceMs) return 'none';
    return last.end?.status ?? 'open';
  }
}
