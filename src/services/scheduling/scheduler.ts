import { limits } from '../../base/limits.ts';
import { type Instant, instant } from '../../base/units.ts';
import type { Job } from '../../core/jobs/job.ts';
import { decide } from '../../core/scheduling/decide.ts';
import type { DueDataset, ScheduleFacts, Verdict } from '../../core/scheduling/schedule.ts';
import { inTurns } from '../../core/scheduling/turns.ts';
import type { JobStore } from '../../ports/job-store.ts';
import type { FactsAsked, ScheduleFactsSource } from '../../ports/schedule-facts.ts';
import type { ScheduleChange, ScheduleStore } from '../../ports/schedule-store.ts';
import type { Kit } from '../kit.ts';
import type { MissedScans } from '../notification/missed-scans.ts';
import { scheduledScan } from './scan-job.ts';

type Parts = {
  readonly schedules: ScheduleStore;
  readonly scheduleFacts: ScheduleFactsSource;
  readonly jobs: JobStore;
  readonly missed: MissedScans;
};

/** What one tick did. */
export type Tick = {
  /** Schedules that were due. */
  readonly due: number;
  /** Decisions of this tick that stand; others' may stand in place of the rest. */
  readonly decided: number;
  /** Scans that it put into the queue. */
  readonly scans: number;
  /** Whether more may be due at once. */
  readonly hasMore: boolean;
};

type Decided = { readonly one: DueDataset; readonly verdict: Verdict; readonly job?: Job };

/**
 * Turns due times into scans. A tick looks at what is due by an index, a bounded page of it, decides about each dataset, puts
 * the scans into the queue and then writes the next due times. Any number of schedulers may tick at once, and each may die
 * at any point: a scan's id follows from the schedule that it was decided from, so that the queue takes it once, and of two
 * next due times the first one written stands.
 */
export class Scheduler {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  async tick(): Promise<Tick> {
    const { clock, telemetry } = this.#kit;
    const beganMs = clock.monotonicMs();
    const now = clock.now();
    const due = await this.#parts.schedules.due({ now, limit: limits.schedulePageMax });
    const [oldest] = due;
    telemetry.gauge('assay_schedule_lag_seconds', oldest === undefined ? 0 : lagSeconds(oldest, now));
    if (oldest === undefined) return { due: 0, decided: 0, scans: 0, hasMore: false };
    const facts = await this.#parts.scheduleFacts.read(due.map(factsAsked));
    const { decided, putOff } = this.#decide(due, { facts, now });
    const scans = await this.#enqueue(decided);
    await this.#tell(decided, now);
    const changes = [...decided.map(changeOf), ...putOff];
    const standing = await this.#parts.schedules.save(changes);
    for (const { verdict } of decided) {
      if (!standing.has(verdict.dataset)) continue;
      telemetry.count('assay_schedule_decisions_total', { decision: verdict.decision.kind });
    }
    telemetry.observe('assay_schedule_tick_seconds', (clock.monotonicMs() - beganMs) / 1_000);
    const hasMore = due.length === limits.schedulePageMax || changes.length < due.length;
    return { due: due.length, decided: standing.size, scans, hasMore };
  }

  /** Everything but the scans beyond what a tick may begin: those stay due for the next one. */
  #decide(
    due: readonly DueDataset[],
    { facts, now }: { readonly facts: ReadonlyMap<string, ScheduleFacts>; readonly now: Instant },
  ): { readonly decided: readonly Decided[]; readonly putOff: readonly ScheduleChange[] } {
    const isCrowded = due.length > limits.scheduledScansPerTickMax;
    const decided: Decided[] = [];
    const putOff: ScheduleChange[] = [];
    for (const one of due) {
      const { dataset } = one.definition;
      const known = facts.get(dataset) ?? { wasAskedFor: false, arrivals: [] };
      try {
        decided.push({ one, verdict: decide(one, known, { now, isCrowded }) });
      } catch (error) {
        // Such as a definition that only a later release understands: it must not hold up all others.
        this.#kit.log.error('a dataset could not be decided about', { dataset, error });
        putOff.push(putOffUntil(one, instant(now + limits.schedulePausedMs)));
      }
    }
    const scans = decided.filter(({ verdict }) => verdict.decision.kind === 'scan');
    const others = decided.filter(({ verdict }) => verdict.decision.kind !== 'scan');
    const begun = inTurns(scans, ({ one }) => one.definition.owner).slice(0, limits.scheduledScansPerTickMax);
    return { decided: [...others, ...begun.map((each) => withJob(each, now))], putOff };
  }

  /** Before the next due times are written: after a crash in between, the same jobs are offered again, and known. */
  async #enqueue(decided: readonly Decided[]): Promise<number> {
    const jobs = decided.flatMap(({ job }) => job ?? []);
    const added = await this.#parts.jobs.enqueueOnce(jobs);
    for (const job of jobs) {
      if (!added.has(job.id)) continue;
      this.#kit.telemetry.count('assay_jobs_enqueued_total', { kind: 'scan' });
      const { id, dataset, traceId } = job;
      this.#kit.log.info('enqueued a scheduled scan', { job: id, dataset, traceId });
    }
    return added.size;
  }

  async #tell(decided: readonly Decided[], at: Instant): Promise<void> {
    for (const { one, verdict } of decided) {
      if (verdict.tell !== undefined) await this.#parts.missed.tell(one.definition, { ...verdict.tell, at });
    }
  }
}

function lagSeconds({ schedule }: DueDataset, now: Instant): number {
  return Math.max(0, now - schedule.nextAt) / 1_000;
}

function factsAsked({ definition, version, updatedAt, schedule: { state } }: DueDataset): FactsAsked {
  const { dataset, publish, partition } = definition;
  const hasBegun = state?.definition === version;
  return {
    dataset,
    ...(hasBegun ? {} : { since: updatedAt }),
    ...(publish.type === 'continuous' && state?.lastScan !== undefined ? { lastScan: state.lastScan } : {}),
    ...(publish.type === 'periodic'
      ? { arrivals: partition.kind === 'none' ? 'every_revision' : 'first_revisions' }
      : {}),
  };
}

function withJob({ one, verdict }: Decided, now: Instant): Decided {
  const job = scheduledScan(one, { due: one.schedule.nextAt, createdAt: now });
  const [newest, ...older] = verdict.state.decisions;
  const decisions = newest === undefined ? [] : [{ ...newest, job: job.id }, ...older];
  return { one, job, verdict: { ...verdict, state: { ...verdict.state, decisions, lastScan: job.id } } };
}

/** What it knows of the dataset stays as it is. */
function putOffUntil({ definition, schedule }: DueDataset, nextAt: Instant): ScheduleChange {
  const { version, state = { definition: 0, decisions: [] } } = schedule;
  return { dataset: definition.dataset, version, nextAt, state };
}

function changeOf({ one, verdict }: Decided): ScheduleChange {
  const { nextAt } = verdict.decision;
  return {
    dataset: verdict.dataset,
    version: one.schedule.version,
    ...(nextAt === undefined ? {} : { nextAt }),
    state: verdict.state,
  };
}
