import { assert } from '../../base/assert.ts';
import { FailureError, failure, failureOf } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { mayDecide } from '../../core/membership/lease.ts';
import type {
  Assignment,
  EndedTask,
  NodeDescription,
  NodeReport,
  SourceReport,
  TaskEnd,
  ToldTask,
} from '../../core/membership/node.ts';
import { backoffMs } from '../../core/resilience/backoff.ts';
import type { Coordination, NodeMembership, Unsubscribe } from '../../ports/coordination.ts';
import type { JobStore } from '../../ports/job-store.ts';
import type { Kit } from '../kit.ts';
import type { Service } from '../lifecycle.ts';
import { inWork, type Work } from '../tracing/current-work.ts';
import { newSpanId } from '../tracing/trace-id.ts';
import { LoadMeter, type NodeLoad } from './load-meter.ts';
import { showSession } from './session-gauge.ts';
import type { TaskHandlers } from './task-handler.ts';
import { fenceOf, type RunEnd, TaskRun } from './task-run.ts';
import { WakeUp } from './wake-up.ts';
import { within } from './within.ts';

export type DataNodeParts = {
  readonly coordination: Coordination;
  readonly handlers: TaskHandlers;
  readonly jobs: Pick<JobStore, 'noteAttempt'>;
  /** What is known here of the sources that tasks read. */
  readonly sources?: () => readonly SourceReport[];
};

export type DataNodeOptions = {
  readonly description: NodeDescription;
  /** How busy the node's machine is; 0 and 0 when nobody measures. */
  readonly load?: () => NodeLoad;
  /** Called with a broken invariant, once: the process must end. */
  readonly onBroken?: (error: unknown) => void;
  /** Called once when the session has expired: this node is out of the cluster and needs a successor. */
  readonly onExpired?: () => void;
  readonly reportMs?: number;
  readonly killGraceMs?: number;
  readonly stopDeadlineMs?: number;
};

/**
 * Runs what the leader assigns to it, up to its slots at once, in the order of its work list. It says what it runs and
 * how it ended, keeps each end until its assignment is gone, and starts nothing while it can not be sure of its session.
 */
export class DataNode implements Service {
  readonly name: string;
  readonly #kit: Kit;
  readonly #parts: DataNodeParts;
  readonly #options: DataNodeOptions;
  readonly #wake: WakeUp;
  readonly #progressed: WakeUp;
  readonly #load: LoadMeter;
  readonly #runs = new Map<string, TaskRun>();
  readonly #ended = new Map<string, EndedTask>();
  readonly #hung = new Set<TaskRun>();
  #membership: NodeMembership | undefined;
  #unsubscribe: Unsubscribe | undefined;
  #loop: Promise<void> | undefined;
  #draining = false;
  #drained: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #stopping = false;
  #broken = false;
  #reportDue = true;
  #reportedAtMs = Number.NEGATIVE_INFINITY;
  /** When a report got through last, and when the loop came round last, whatever came of it. */
  #toldAtMs = 0;
  #turnedAtMs = 0;

  constructor(kit: Kit, parts: DataNodeParts, options: DataNodeOptions) {
    this.name = `data node ${options.description.id}`;
    this.#kit = { ...kit, log: kit.log.with({ node: options.description.id }) };
    this.#parts = parts;
    this.#options = options;
    this.#wake = new WakeUp(kit.clock);
    this.#progressed = new WakeUp(kit.clock);
    const { cluster } = parts.coordination;
    const { memoryMb } = options.description;
    this.#load = new LoadMeter(this.#kit, { cluster, memoryMb, look: options.load });
  }

  /** Resolves once the node is a member of its cluster. */
  async start(): Promise<void> {
    assert(this.#loop === undefined, `${this.name} was started twice`);
    this.#membership = await this.#join();
    if (this.#membership === undefined) return;
    const unsubscribe = this.#membership.watchWork(() => this.#wake.ring());
    const hide = showSession(this.#kit.telemetry, this.#parts.coordination, 'node');
    this.#unsubscribe = () => {
      unsubscribe();
      hide();
    };
    this.#toldAtMs = this.#kit.clock.monotonicMs();
    this.#loop = this.#run();
  }

  /** Starts nothing more, lets running tasks finish until the deadline, then gives back what is left. */
  drain(deadlineMs: number = this.#options.stopDeadlineMs ?? limits.stopDeadlineMs): Promise<void> {
    this.#drained ??= this.#drain(deadlineMs);
    return this.#drained;
  }

  async #drain(deadlineMs: number): Promise<void> {
    if (this.#loop === undefined) return;
    this.#draining = true;
    this.#reportDue = true;
    this.#wake.ring();
    await this.#until(() => this.#runs.size === 0, deadlineMs);
    for (const run of this.#runs.values()) run.release();
    const graceMs = this.#options.killGraceMs ?? limits.killGraceMs;
    await this.#until(() => this.#runs.size === 0, 2 * graceMs);
    // The ends stay in the report until the leader has seen them; after that a lost node's report tells them.
    await this.#until(() => this.#ended.size === 0, graceMs);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Fails while this process has its connection but its reports do not get through: alive is who makes progress. */
  probe(): { readonly name: string; check(): Promise<void> } {
    const { coordination } = this.#parts;
    return {
      name: `node-${coordination.cluster}`,
      check: async () => {
        const silenceMs = this.#kit.clock.monotonicMs() - this.#toldAtMs;
        if (coordination.state() !== 'connected' || silenceMs <= limits.reportSilenceMs) return;
        const message = `The node has reported nothing to the ${coordination.cluster} cluster for ${Math.round(silenceMs)} ms`;
        throw new FailureError(failure('NOT_READY', message));
      },
    };
  }

  /** Whether its loop stands still although its session lives: longer than anything that it waits for can take. */
  isStalled(): boolean {
    if (this.#loop === undefined || this.#stopping || this.#broken) return false;
    const stallMs = Math.max(limits.stallMs, this.#parts.coordination.sessionTimeoutMs);
    return this.#kit.clock.monotonicMs() - this.#turnedAtMs > stallMs;
  }

  async #stop(): Promise<void> {
    if (this.#parts.coordination.state() === 'connected') await this.drain();
    this.#stopping = true;
    for (const run of this.#runs.values()) run.drop();
    this.#wake.ring();
    this.#unsubscribe?.();
    const ended = this.#loop ?? Promise.resolve();
    const inTime = await within(this.#kit.clock, ended, limits.stopDeadlineMs);
    if (!inTime || this.#parts.coordination.state() !== 'connected') return;
    await this.#membership?.leave().catch((thrown: unknown) => {
      this.#kit.log.warn('a data node could not leave its cluster', { failure: failureOf(thrown) });
    });
  }

  async #join(): Promise<NodeMembership | undefined> {
    const { coordination, handlers } = this.#parts;
    for (let attempt = 1; !this.#stopping; attempt += 1) {
      try {
        const { description } = this.#options;
        return await coordination.join({ kinds: Object.keys(handlers), ...description });
      } catch (thrown) {
        this.#kit.log.warn('a data node could not join its cluster', { attempt, failure: failureOf(thrown) });
        const rule = { baseMs: limits.idleTickMs, capMs: limits.sessionTimeoutMs };
        await this.#wake.wait(backoffMs(rule, attempt, this.#kit.random.next()));
      }
    }
    return undefined;
  }

  async #run(): Promise<void> {
    const reportMs = this.#options.reportMs ?? limits.reportMs;
    while (!this.#stopping && !this.#broken) {
      this.#turnedAtMs = this.#kit.clock.monotonicMs();
      if (this.#parts.coordination.state() === 'expired') {
        this.#leaveExpired();
        return;
      }
      let waitMs = reportMs;
      try {
        waitMs = await this.#sync(reportMs);
      } catch (thrown) {
        this.#kit.log.debug('a data node could not reach its cluster', { failure: failureOf(thrown) });
        this.#reportDue = true;
      }
      this.#progressed.ring();
      await this.#wake.wait(waitMs);
    }
  }

  /** Returns how long nothing needs to be told. */
  async #sync(reportMs: number): Promise<number> {
    const membership = this.#membership;
    if (membership === undefined || this.#parts.coordination.state() !== 'connected') return reportMs;
    this.#follow(await membership.work());
    if (this.#untilReportMs(reportMs) > 0) return this.#untilReportMs(reportMs);
    this.#reportDue = false;
    this.#reportedAtMs = this.#kit.clock.monotonicMs();
    await membership.report(this.#report());
    this.#toldAtMs = this.#kit.clock.monotonicMs();
    // What ended while the report was under way is told next.
    return Math.max(1, this.#untilReportMs(reportMs));
  }

  /** Ends are told at once, but in a rush of them one report serves many. */
  #untilReportMs(reportMs: number): number {
    const pauseMs = this.#reportDue ? Math.min(limits.reportPauseMs, reportMs) : reportMs;
    return Math.max(0, this.#reportedAtMs + pauseMs - this.#kit.clock.monotonicMs());
  }

  /** Brings what runs here into line with what is assigned. */
  #follow(work: readonly Assignment[]): void {
    const assigned = new Map(work.map((each) => [keyOf(each), each]));
    for (const [key, run] of this.#runs) if (!assigned.has(key)) run.drop();
    for (const key of this.#ended.keys()) if (!assigned.has(key)) this.#ended.delete(key);
    for (const [key, assignment] of assigned) {
      if (this.#runs.has(key) || this.#ended.has(key)) continue;
      if (this.#draining || this.#load.isOverloaded()) this.#end(assignment, { kind: 'released' });
      else if (!this.#mayStart(assignment)) return;
      else this.#begin(key, assignment);
    }
  }

  #mayStart(assignment: Assignment): boolean {
    const { coordination } = this.#parts;
    const { slots, memoryMb } = this.#options.description;
    const usedMb = [...this.#runs.values()].reduce((sum, run) => sum + run.assignment.memoryMb, 0);
    const fits = this.#runs.size === 0 || usedMb + assignment.memoryMb <= memoryMb;
    const lease = {
      connected: coordination.state() === 'connected',
      lastReplyAgeMs: coordination.lastReplyAgeMs(),
      sessionTimeoutMs: coordination.sessionTimeoutMs,
    };
    return this.#runs.size < slots && fits && !this.#broken && mayDecide(lease);
  }

  #begin(key: string, assignment: Assignment): void {
    const { handlers } = this.#parts;
    const { description, killGraceMs } = this.#options;
    const work = this.#workOf(assignment);
    inWork(work, () => {
      this.#kit.log.debug('an attempt at a task begins');
      const run = new TaskRun({
        clock: this.#kit.clock,
        handlers,
        node: description.id,
        assignment,
        ...(killGraceMs === undefined ? {} : { killGraceMs }),
      });
      this.#runs.set(key, run);
      const beganMs = this.#kit.clock.monotonicMs();
      void run.ended.then((ended) => this.#finish(key, run, { ended, beganMs }));
    });
  }

  /** Each attempt is a span of its own in the trace of its job. */
  #workOf(assignment: Assignment): Work {
    const { traceId, attempt } = assignment;
    const { job, name, node } = fenceOf(assignment, this.#options.description.id);
    const trace = traceId === undefined ? {} : { traceId, spanId: newSpanId(this.#kit.random) };
    return { ...trace, job, task: name, attempt, node };
  }

  #finish(key: string, run: TaskRun, told: { ended: RunEnd; beganMs: number }): void {
    this.#runs.delete(key);
    if (run.hung) this.#hung.add(run);
    const { ended } = told;
    const { kind } = run.assignment.spec;
    const tookMs = this.#kit.clock.monotonicMs() - told.beganMs;
    this.#kit.telemetry.observe('assay_task_seconds', tookMs / 1_000, { kind });
    const end = ended.kind === 'told' ? ended.end.kind : 'dropped';
    this.#kit.log.debug('an attempt at a task ended', { end, tookMs });
    this.#kit.telemetry.count('assay_task_attempts_total', { kind, end });
    if (ended.superseded) this.#kit.telemetry.count('assay_commits_superseded_total', { kind });
    if (ended.kind === 'told') this.#end(run.assignment, ended.end, tookMs);
    if (run.broken !== undefined) this.#break(run.broken);
    this.#wake.ring();
    this.#progressed.ring();
  }

  #end(assignment: Assignment, end: TaskEnd, tookMs?: number): void {
    const took = tookMs === undefined ? {} : { tookMs };
    this.#ended.set(keyOf(assignment), { ...toldOf(assignment), end, ...took });
    this.#reportDue = true;
    if (end.kind === 'failed' || end.kind === 'died') this.#note(assignment, end);
  }

  /** Adds a bad end to the history for people. It decides nothing: it may be lost. */
  #note(assignment: Assignment, end: Extract<TaskEnd, { kind: 'failed' | 'died' }>): void {
    const { job, name, attempt, node } = fenceOf(assignment, this.#options.description.id);
    const { log, clock } = this.#kit;
    log.warn('an attempt at a task ended badly', {
      job,
      task: name,
      attempt,
      end: end.kind,
      failure: end.failure,
    });
    const note = { job, name, attempt, node, at: clock.now(), failure: end.failure };
    this.#parts.jobs.noteAttempt(note).catch((thrown: unknown) => {
      log.debug('an attempt could not be noted', { job, task: name, failure: failureOf(thrown) });
    });
  }

  #report(): NodeReport {
    for (const run of this.#hung) if (!run.hung) this.#hung.delete(run);
    const { description } = this.#options;
    const tasks = { running: this.#runs.size, hung: this.#hung.size };
    const load = this.#load.look(tasks);
    const full = this.#load.isOverloaded() || this.#hung.size >= limits.hungHandlersMax;
    const sources = this.#parts.sources?.() ?? [];
    const unavailable = this.#draining ? 'stopping' : full ? 'overloaded' : undefined;
    return {
      node: description.id,
      at: this.#kit.clock.now(),
      ...load,
      running: Array.from(this.#runs.values(), (run) => ({
        ...toldOf(run.assignment),
        ...(run.progress === undefined ? {} : { progress: run.progress }),
      })),
      ended: [...this.#ended.values()],
      ...(sources.length === 0 ? {} : { sources }),
      ...(unavailable === undefined ? {} : { unavailable }),
    };
  }

  /** Its work belongs to others by now: everything here is wasted effort. */
  #leaveExpired(): void {
    this.#kit.log.error('the session of a data node has expired', { running: this.#runs.size });
    const { cluster } = this.#parts.coordination;
    this.#kit.telemetry.count('assay_sessions_expired_total', { cluster, member: 'node' });
    this.#draining = true;
    for (const run of this.#runs.values()) run.drop();
    this.#ended.clear();
    this.#options.onExpired?.();
  }

  #break(error: unknown): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#kit.log.error('a data node met a broken invariant', { error });
    this.#options.onBroken?.(error);
  }

  /** Waits until `done`, at most `deadlineMs`. */
  async #until(done: () => boolean, deadlineMs: number): Promise<void> {
    const endMs = this.#kit.clock.monotonicMs() + deadlineMs;
    for (;;) {
      const leftMs = endMs - this.#kit.clock.monotonicMs();
      if (done() || leftMs <= 0) return;
      await this.#progressed.wait(leftMs);
    }
  }
}

function keyOf({ task, attempt, assignedAt }: ToldTask): string {
  return `${task}@${attempt}@${assignedAt}`;
}

function toldOf({ task, attempt, assignedAt }: Assignment): ToldTask {
  return { task, attempt, assignedAt };
}
