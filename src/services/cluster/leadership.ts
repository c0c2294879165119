import { InvariantError } from '../../base/assert.ts';
import { failureOf, isRetryable } from '../../base/errors.ts';
import type { DatasetName, JobId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { type Instant, instant } from '../../base/units.ts';
import { type Job, type JobEnd, newJob } from '../../core/jobs/job.ts';
import type { LiveJob } from '../../core/jobs/live.ts';
import { isOpen } from '../../core/jobs/live-table.ts';
import type { ClusterView } from '../../core/membership/cluster-view.ts';
import { mayDecide } from '../../core/membership/lease.ts';
import { heldDatasets } from '../../core/placement/admit.ts';
import type { UnrecordedEnd } from '../../core/placement/draft.ts';
import { emptyMemory, type LeaderMemory } from '../../core/placement/memory.ts';
import { holdableTasks } from '../../core/placement/prefetch.ts';
import { type Reconciled, reconcile } from '../../core/placement/reconcile.ts';
import { placementRules } from '../../core/placement/rules.ts';
import { backoffMs } from '../../core/resilience/backoff.ts';
import type { Coordination, LeaderTerm } from '../../ports/coordination.ts';
import type { JobStore, QueueDepth } from '../../ports/job-store.ts';
import type { Kit } from '../kit.ts';
import { Outage } from '../outage.ts';
import { JobBook } from './job-book.ts';
import { LeaderTelemetry } from './leader-telemetry.ts';
import type { WakeUp } from './wake-up.ts';

export type LeadershipParts = {
  readonly coordination: Coordination;
  readonly jobs: JobStore;
  /** The queue of the cluster that comes after this one, for back-pressure. */
  readonly otherDepth?: () => Promise<QueueDepth>;
  /** Rung by every change of the view or of the queue. */
  readonly wake: WakeUp;
};

export type LeadershipTimes = { readonly tickMs: number; readonly idleTickMs: number };

/**
 * One term of one leader: ticks until it is deposed. Each tick reads the view, decides by `reconcile`, writes ends into
 * the database, then the decisions under the term's epoch, then ends jobs. Whatever fails in between is found again by
 * the next tick or the next leader: the database is written first, and everything else follows from it.
 */
export class Leadership {
  readonly #kit: Kit;
  readonly #parts: LeadershipParts;
  readonly #term: LeaderTerm;
  readonly #times: LeadershipTimes;
  readonly #book: JobBook;
  readonly #telemetry: LeaderTelemetry;
  /** The wall clock at election: from then on only the monotonic clock counts, which never jumps. */
  readonly #begunAt: { readonly wall: Instant; readonly monotonicMs: number };
  #memory: LeaderMemory = emptyMemory;
  #held: ReadonlySet<DatasetName> = new Set();
  #ending = new Map<JobId, { readonly job: Job; readonly end: JobEnd }>();
  #loaded = false;
  #refreshDue = true;
  #refreshedAtMs = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #lookPauseMs = 0;
  readonly #halt = new AbortController();
  readonly #outage: Outage;
  #tickedAtMs: number;

  constructor(kit: Kit, parts: LeadershipParts, term: LeaderTerm, times: LeadershipTimes) {
    this.#kit = kit;
    this.#parts = parts;
    this.#term = term;
    this.#times = times;
    this.#book = new JobBook(parts.jobs, parts.coordination.cluster);
    this.#telemetry = new LeaderTelemetry(kit, parts.coordination.cluster);
    this.#begunAt = { wall: kit.clock.now(), monotonicMs: kit.clock.monotonicMs() };
    this.#tickedAtMs = this.#begunAt.monotonicMs;
    this.#outage = new Outage(kit, 'decisions of the resource manager');
  }

  /** Milliseconds since the last tick that went through. */
  silenceMs(): number {
    return this.#kit.clock.monotonicMs() - this.#tickedAtMs;
  }

  /** Nothing more is decided or written from here on. */
  stop(): void {
    this.#halt.abort();
    this.#parts.wake.ring();
  }

  /** The queue may have changed. */
  refresh(): void {
    this.#refreshDue = true;
  }

  /** Ticks until stopped. Rejects only when an invariant is broken. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.#isStopped()) {
      const beganMs = this.#kit.clock.monotonicMs();
      try {
        const waitMs = await this.#tick();
        failures = 0;
        this.#outage.over();
        this.#tickedAtMs = this.#kit.clock.monotonicMs();
        await this.#rest(waitMs, this.#tickedAtMs - beganMs);
      } catch (thrown) {
        if (thrown instanceof InvariantError) throw thrown;
        failures += 1;
        await this.#backOff(failures, thrown);
      }
    }
    this.#telemetry.clear();
  }

  /** Ticks keep their distance, however often the bell rings: a tick is for all that came in meanwhile. */
  async #rest(waitMs: number, tookMs: number): Promise<void> {
    const restMs = Math.max(0, this.#times.tickMs - tookMs);
    if (restMs > 0) await this.#kit.clock.sleep(restMs, this.#halt.signal);
    if (!this.#isStopped()) await this.#parts.wake.wait(Math.max(0, waitMs - restMs));
  }

  async #backOff(failures: number, thrown: unknown): Promise<void> {
    this.#refreshDue = true;
    this.#kit.log.warn('a tick of the resource manager failed', { failures, failure: failureOf(thrown) });
    this.#outage.failed(thrown);
    const rule = { baseMs: this.#times.idleTickMs / 4, capMs: 4 * this.#times.idleTickMs };
    const waitMs = Math.max(this.#times.tickMs, backoffMs(rule, failures, this.#kit.random.next()));
    await this.#kit.clock.sleep(waitMs, this.#halt.signal);
  }

  #isStopped(): boolean {
    return this.#halt.signal.aborted;
  }

  /** Returns how long nothing will happen by itself. */
  async #tick(): Promise<number> {
    if (!this.#maySpeak()) return this.#times.tickMs;
    const began = this.#kit.clock.monotonicMs();
    await this.#endJobs();
    const seen = await this.#parts.coordination.view();
    if (!this.#loaded) {
      await this.#book.load(seen);
      this.#loaded = true;
      for (const job of this.#book.guests()) {
        this.#kit.log.warn('a job of a kind that this release does not know waits for a later one', { job });
      }
    }
    await this.#lookAtQueue(seen);
    const now = this.#now();
    const holdable = holdableTasks(seen.nodes, this.#memory.durations, placementRules);
    const view = { ...seen, jobs: this.#book.tables(seen, now, holdable) };
    const decided = reconcile({
      view,
      now,
      epoch: this.#term.epoch,
      chance: this.#kit.random.next(),
      held: this.#held,
      memory: this.#memory,
      rules: { ...placementRules, sessionTimeoutMs: this.#parts.coordination.sessionTimeoutMs },
    });
    if (!(await this.#carryOut({ seen, view, decided, now }))) return this.#times.idleTickMs;
    this.#telemetry.tick({ view, decided, now, tables: merged(view.jobs, decided.jobs) });
    this.#telemetry.took(this.#kit.clock.monotonicMs() - began);
    const untilMs = (decided.wakeAt ?? Number.POSITIVE_INFINITY) - this.#now();
    const lookMs = this.#refreshDue
      ? this.#untilLookMs(this.#kit.clock.monotonicMs())
      : Number.POSITIVE_INFINITY;
    return Math.min(this.#times.idleTickMs, lookMs, Math.max(0, untilMs));
  }

  /**
   * A change of the queue is looked at in the next tick; in a storm of them one look serves many, so that looks take a
   * small part of the time, however long one takes.
   */
  #untilLookMs(nowMs: number): number {
    return Math.max(0, this.#lookedAtMs + this.#lookPauseMs - nowMs);
  }

  /** Database, coordination, database, in this order. False when this leader may not, or no longer, decide. */
  async #carryOut(tick: {
    seen: ClusterView;
    view: ClusterView;
    decided: Reconciled;
    now: Instant;
  }): Promise<boolean> {
    const { seen, view, decided, now } = tick;
    // What a later release planned it shall also end: there the task begins anew.
    const own = decided.ends.filter(({ job }) => !this.#book.guests().has(job));
    if (!(await this.#record(own))) return false;
    this.#book.note(decided.committed);
    const tables = merged(view.jobs, decided.jobs);
    const settlement = await this.#book.settle(tables, now);
    if (!(await this.#record(settlement.unrecorded))) return false;
    const gone = new Set([...settlement.ends.map(({ job }) => job.id), ...this.#book.idlePaused(tables)]);
    const jobs = changedTables(seen.jobs, tables, gone);
    const { work, forgotten } = decided;
    if (work.size > 0 || jobs.size > 0 || forgotten.size > 0) {
      if (!this.#maySpeak()) return false;
      const written = await this.#parts.coordination.decide(this.#term, { work, jobs, forgotten });
      if (written === 'deposed') {
        this.#telemetry.refused(this.#term.epoch);
        this.#halt.abort();
        return false;
      }
    }
    this.#memory = decided.memory;
    for (const id of gone) this.#book.remove(id);
    for (const ended of settlement.ends) this.#ending.set(ended.job.id, ended);
    await this.#endJobs();
    return true;
  }

  /** Reads what people want of jobs, and admits more: after a change, and now and then in case a change went unheard. */
  async #lookAtQueue(seen: ClusterView): Promise<void> {
    const nowMs = this.#kit.clock.monotonicMs();
    const periodic = nowMs - this.#refreshedAtMs >= this.#times.idleTickMs;
    if (!periodic && !(this.#refreshDue && this.#untilLookMs(nowMs) === 0)) return;
    this.#lookedAtMs = nowMs;
    // Cleared first: what changes during the look is looked at again.
    this.#refreshDue = false;
    await this.#book.refresh();
    const liveTasks = [...seen.jobs.values()].reduce((sum, job) => sum + job.tasks.length, 0);
    const admitted = await this.#book.admit(liveTasks, this.#ending.keys());
    for (const job of admitted) this.#telemetry.admitted(job);
    const tookMs = this.#kit.clock.monotonicMs() - nowMs;
    this.#lookPauseMs = Math.min(limits.queueLookMsMax, tookMs * lookPausePerLook);
    if (!periodic) return;
    this.#refreshedAtMs = nowMs;
    this.#telemetry.depth(await this.#parts.jobs.depth(this.#parts.coordination.cluster));
    await this.#lookAhead();
  }

  async #lookAhead(): Promise<void> {
    const depth = await this.#parts.otherDepth?.();
    if (depth === undefined) return;
    const held = heldDatasets(depth.byDataset, limits.openJobsPerDatasetMax);
    for (const dataset of held) {
      if (!this.#held.has(dataset)) this.#kit.log.info('ingests wait for quality jobs', { dataset });
    }
    this.#held = held;
  }

  /** Writes ends that no commit wrote; true when they stand. */
  async #record(ends: readonly UnrecordedEnd[]): Promise<boolean> {
    if (ends.length === 0) return true;
    if (!this.#maySpeak()) return false;
    const records = ends.map((end) => ({
      job: end.job,
      outcome: end.outcome,
      followUps: this.#followUps(end),
    }));
    const standing = await this.#parts.jobs.recordEnds(records);
    for (const [at, end] of ends.entries()) {
      this.#telemetry.ended(end, standing[at] ?? end.outcome, this.#book.job(end.job)?.traceId);
    }
    this.#book.note(ends.map(({ job, outcome }) => ({ job, name: outcome.name })));
    return true;
  }

  /** A partition that could not be ingested is told about like any other verdict: by a quality job. */
  #followUps({ job: id, spec, outcome }: UnrecordedEnd): readonly Job[] {
    const job = this.#book.job(id);
    const badly = outcome.status === 'failed' || outcome.status === 'quarantined';
    if (job === undefined || spec.kind !== 'ingest' || !badly || outcome.error === undefined) return [];
    const group = job.group ?? (job.spec.kind === 'backfill' ? job.id : undefined);
    return [
      newJob({
        id: this.#kit.random.id() as JobId,
        dataset: job.dataset,
        spec: {
          kind: 'report',
          partition: spec.listed.key,
          failure: outcome.error,
          ...(isRetryable(outcome.error) ? {} : { fingerprint: spec.listed.fingerprint }),
        },
        createdAt: this.#kit.clock.now(),
        ...(job.traceId === undefined ? {} : { traceId: job.traceId }),
        ...(group === undefined ? {} : { group }),
      }),
    ];
  }

  /** Ends jobs whose tables are gone. What fails here is tried again with the next tick. */
  async #endJobs(): Promise<void> {
    if (this.#ending.size === 0 || !this.#maySpeak()) return;
    const ending = [...this.#ending.values()];
    await this.#parts.jobs.end(ending.map(({ job, end }) => ({ id: job.id, end })));
    for (const { job, end } of ending) {
      this.#ending.delete(job.id);
      this.#telemetry.jobEnded(job, end);
    }
    this.#refreshDue = true;
  }

  /** Whether this process may decide and write now. */
  #maySpeak(): boolean {
    const { coordination } = this.#parts;
    const lease = {
      connected: coordination.state() === 'connected',
      lastReplyAgeMs: coordination.lastReplyAgeMs(),
      sessionTimeoutMs: coordination.sessionTimeoutMs,
    };
    return !this.#isStopped() && mayDecide(lease);
  }

  #now(): Instant {
    const elapsedMs = this.#kit.clock.monotonicMs() - this.#begunAt.monotonicMs;
    return instant(this.#begunAt.wall + elapsedMs);
  }
}

/** Looks at the queue take at most a fifth of the time. */
const lookPausePerLook = 4;

function merged(
  jobs: ReadonlyMap<JobId, LiveJob>,
  changed: ReadonlyMap<JobId, LiveJob>,
): ReadonlyMap<JobId, LiveJob> {
  return new Map([...jobs, ...changed]);
}

/** The tables to write: changed ones without their ended tasks, and undefined for those that go. */
function changedTables(
  seen: ReadonlyMap<JobId, LiveJob>,
  tables: ReadonlyMap<JobId, LiveJob>,
  gone: ReadonlySet<JobId>,
): ReadonlyMap<JobId, LiveJob | undefined> {
  const changed = new Map<JobId, LiveJob | undefined>();
  for (const id of seen.keys()) if (!tables.has(id) || gone.has(id)) changed.set(id, undefined);
  for (const [id, table] of tables) {
    if (gone.has(id) || table === seen.get(id)) continue;
    changed.set(id, { ...table, tasks: table.tasks.filter(isOpen) });
  }
  return changed;
}
