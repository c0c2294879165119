import { failure } from '../../base/errors.ts';
import type { DatasetName, JobId } from '../../base/ids.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import type { PublishRule } from '../../core/datasets/definition.ts';
import type { ArrivalCurve } from '../../core/scheduling/arrival-curve.ts';
import { decisionText, standingText } from '../../core/scheduling/decision-text.ts';
import type { DecisionKind, DecisionReason, ScheduleDecision } from '../../core/scheduling/schedule.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { ScheduleStore } from '../../ports/schedule-store.ts';

/** When a dataset is looked at next and why, and what was decided before. Times are milliseconds since 1970. */
export type ScheduleView = {
  readonly dataset: DatasetName;
  readonly type: PublishRule['type'];
  /** Absent: not before its definition changes, or somebody asks. */
  readonly nextScanAt?: Instant;
  /** One sentence for people. */
  readonly why: string;
  /** Of a periodic dataset: the time that is waited for, and from when on what it brings is late. */
  readonly waitsFor?: { readonly due: Instant; readonly lateAt: Instant };
  /** When it usually comes, once enough has come. */
  readonly usual?: ArrivalCurve;
  /** The newest first. */
  readonly decisions: readonly DecisionView[];
};

export type DecisionView = {
  readonly at: Instant;
  readonly dueAt: Instant;
  readonly kind: DecisionKind;
  readonly reason: DecisionReason;
  readonly text: string;
  readonly nextAt?: Instant;
  readonly job?: JobId;
};

type Parts = { readonly datasets: DatasetStore; readonly schedules: ScheduleStore };

/** What schedulers have decided, for people. */
export class Schedules {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The schedule of a dataset: `DATASET_NOT_FOUND`. */
  async get(dataset: DatasetName): Promise<Outcome<ScheduleView>> {
    const registered = await this.#parts.datasets.get(dataset);
    if (registered === undefined) {
      return fail(
        failure('DATASET_NOT_FOUND', `there is no dataset ${dataset}`, { hint: 'see `assay datasets`' }),
      );
    }
    const schedule = (await this.#parts.schedules.of([dataset])).get(dataset);
    const { type } = registered.definition.publish;
    const { nextAt, state } = schedule ?? {};
    const slot = state?.slot;
    return succeed({
      dataset,
      type,
      ...(nextAt === undefined ? {} : { nextScanAt: nextAt }),
      why: standingText(type, state?.decisions[0]),
      ...(slot === undefined ? {} : { waitsFor: { due: slot.due, lateAt: slot.lateAt } }),
      ...(slot?.curve === undefined ? {} : { usual: slot.curve }),
      decisions: (state?.decisions ?? []).map(viewOf),
    });
  }
}

function viewOf(decision: ScheduleDecision): DecisionView {
  return { ...decision, text: decisionText(decision.reason) };
}
