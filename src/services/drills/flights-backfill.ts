import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Outcome } from '../../base/outcome.ts';
import type { BackfillPoint } from '../../core/drills/capacity.ts';
import { type BackfillView, hasBackfillEnded } from '../ingestion/backfills.ts';
import type { ApplyRequest, ApplyView } from '../registry/registry.ts';
import { insist } from './insist.ts';
import { poll, type RecoveryParts } from './recovery-parts.ts';

/** The part of the API that a timed backfill needs. */
export type DrilledBackfills = RecoveryParts['service'] & {
  apply(body: ApplyRequest): Promise<Outcome<ApplyView>>;
  startBackfill(body: { dataset: string; concurrency?: number }): Promise<Outcome<BackfillView>>;
  backfill(id: string): Promise<Outcome<BackfillView>>;
};

/** More than any cluster of this kind has slots: the nodes are the measure. */
const concurrency = 64;

/** Registers the dataset under a name of its own and takes all of it in: from the request until it is judged and told about. */
export async function timeBackfill(
  parts: RecoveryParts & {
    readonly service: DrilledBackfills;
    readonly flights: { readonly yaml: (name: string) => string; readonly directory: string };
  },
  name: string,
): Promise<Pick<BackfillPoint, 'partitions' | 'rows' | 'tookMs'>> {
  const { service, flights, kit, signal } = parts;
  const definition = { yaml: flights.yaml(name), file: `${name}.yaml`, baseDirectory: flights.directory };
  await insist(kit.clock, signal, () => service.apply(definition));
  const begun = await insist(kit.clock, signal, () => service.startBackfill({ dataset: name, concurrency }));
  const done = await poll(parts, `the backfill of ${name} has ended`, {
    withinMs: limits.drillCollectMs,
    look: async () => {
      const view = await insist(kit.clock, signal, () => service.backfill(begun.id));
      return hasBackfillEnded(view.state) ? view : undefined;
    },
  });
  if (done.state !== 'succeeded' || done.endedAt === undefined) {
    throw new FailureError(failure('INTERNAL', `the backfill of ${name} ${done.state}`));
  }
  return { partitions: done.measured, rows: done.rows, tookMs: done.endedAt - done.startedAt };
}
