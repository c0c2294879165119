import { limits } from '../../base/limits.ts';
import type { PlannedFault } from '../../core/drills/fault-plan.ts';
import { type FaultTarget, targetOf } from '../../core/drills/fault-target.ts';
import type { InjectedFault } from '../../core/drills/history.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LocalCluster, LocalProcess } from '../../ports/local-cluster.ts';
import { type Disturbance, type DisturbedWork, jobsAhead } from './disturbance.ts';
import { leadersOf, type ReadText } from './process-probe.ts';

/** Kills, freezes and restarts processes of a cluster by a plan, and sees them become well again. */
export class FaultInjector implements Disturbance {
  readonly faults: InjectedFault[] = [];
  readonly #clock: Clock;
  readonly #cluster: LocalCluster;
  readonly #plan: readonly PlannedFault[];
  readonly #read: ReadText;
  /** Processes that are hit and not yet well: nobody hits them twice. */
  readonly #hurt = new Set<string>();

  constructor(
    clock: Clock,
    parts: {
      readonly cluster: LocalCluster;
      readonly plan: readonly PlannedFault[];
      readonly read: ReadText;
    },
  ) {
    this.#clock = clock;
    this.#cluster = parts.cluster;
    this.#plan = parts.plan;
    this.#read = parts.read;
  }

  get planned(): number {
    return this.#plan.length;
  }

  async run(work: DisturbedWork, signal: AbortSignal): Promise<void> {
    const healing: Promise<void>[] = [];
    try {
      for (const [at, fault] of this.#plan.entries()) {
        const next = this.#plan[at + 1]?.moment ?? 1;
        work.allow(next * work.jobs + jobsAhead(work.jobs));
        await work.reaches(Math.floor(fault.moment * work.jobs), signal);
        healing.push((await this.#hit(fault, signal)).healed);
      }
    } finally {
      work.allow(work.jobs);
      await Promise.all(healing);
    }
  }

  /** Waits until somebody may be hit, and hits. `healed` resolves when all of it is well again, or was not in time. */
  async #hit(fault: PlannedFault, signal: AbortSignal): Promise<{ readonly healed: Promise<void> }> {
    for (;;) {
      signal.throwIfAborted();
      const leaders = await leadersOf(this.#read, this.#cluster);
      const target = targetOf(fault, this.#processes(), leaders);
      if (target.kind === 'hit') return { healed: this.#strike(fault, target, signal) };
      await this.#clock.sleep(limits.drillLookMs, signal);
    }
  }

  /** As they are, and down as soon as they are hit: the news of a death takes its time. */
  #processes() {
    return this.#cluster
      .processes()
      .map((process) => (this.#hurt.has(process.name) ? { ...process, state: 'down' as const } : process));
  }

  async #strike(
    fault: PlannedFault,
    { names, what }: Extract<FaultTarget, { kind: 'hit' }>,
    signal: AbortSignal,
  ): Promise<void> {
    const hit = this.#cluster.processes().filter(({ name }) => names.includes(name));
    const place = this.faults.length;
    const { number, kind, lastsMs } = fault;
    const injected: InjectedFault = { number, at: this.#clock.now(), kind, targets: names, what };
    this.faults.push(injected);
    for (const { name } of hit) {
      this.#hurt.add(name);
      if (kind === 'pause') this.#cluster.signal(name, 'SIGSTOP');
      else this.#cluster.signal(name, kind === 'kill' ? 'SIGKILL' : 'SIGTERM', { restartAfterMs: lastsMs });
    }
    await this.#clock.sleep(lastsMs, signal);
    if (kind === 'pause') for (const { name } of hit) this.#cluster.signal(name, 'SIGCONT');
    if (!(await this.#sees(hit, kind !== 'pause', signal))) return;
    this.faults[place] = { ...injected, healedAt: this.#clock.now() };
    for (const { name } of hit) this.#hurt.delete(name);
  }

  /** Whether all of them are ready again in time; after a death, as new processes. */
  async #sees(hit: readonly LocalProcess[], anew: boolean, signal: AbortSignal): Promise<boolean> {
    const deadlineMs = this.#clock.monotonicMs() + limits.drillHealMs;
    const isWell = (before: LocalProcess): boolean =>
      this.#cluster
        .processes()
        .some(
          ({ name, state, pid }) =>
            name === before.name && state === 'ready' && (!anew || pid !== before.pid),
        );
    while (this.#clock.monotonicMs() < deadlineMs && !signal.aborted) {
      if (hit.every(isWell)) return true;
      await this.#clock.sleep(limits.drillHealLookMs);
    }
    return false;
  }
}
