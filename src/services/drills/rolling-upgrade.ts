import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { InjectedFault } from '../../core/drills/history.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LocalCluster, LocalProcess, LocalRole } from '../../ports/local-cluster.ts';
import { type Disturbance, type DisturbedWork, jobsAhead } from './disturbance.ts';
import { leadersOf, type ReadText, versionOf } from './process-probe.ts';

/** Replaces every process by one of another build, one by one, as an operator would. */
export class RollingUpgrade implements Disturbance {
  readonly faults: InjectedFault[] = [];
  readonly #clock: Clock;
  readonly #cluster: LocalCluster;
  readonly #build: string;
  readonly #read: ReadText;

  constructor(
    clock: Clock,
    parts: { readonly cluster: LocalCluster; readonly build: string; readonly read: ReadText },
  ) {
    this.#clock = clock;
    this.#cluster = parts.cluster;
    this.#build = parts.build;
    this.#read = parts.read;
  }

  get planned(): number {
    return inOrder(this.#cluster.processes()).length;
  }

  /** Spread over the work; the last tenth of it is left to the new build alone. */
  async run(work: DisturbedWork, signal: AbortSignal): Promise<void> {
    const leaders = new Set((await leadersOf(this.#read, this.#cluster)).values());
    const processes = this.#cluster
      .processes()
      .toSorted((a, b) => Number(leaders.has(a.name)) - Number(leaders.has(b.name)));
    const names = inOrder(processes).map(({ name }) => name);
    const momentOf = (at: number): number => (0.05 + (0.85 * at) / names.length) * work.jobs;
    try {
      for (const [at, name] of names.entries()) {
        work.allow(momentOf(at + 1) + jobsAhead(work.jobs));
        await work.reaches(Math.floor(momentOf(at)), signal);
        await this.#replace(at + 1, name, signal);
      }
    } finally {
      work.allow(work.jobs);
    }
  }

  async #replace(number: number, name: string, signal: AbortSignal): Promise<void> {
    const leaders = await leadersOf(this.#read, this.#cluster);
    const what = [...leaders.values()].includes(name) ? `leader ${name}` : name;
    const injected = { number, at: this.#clock.now(), kind: 'replace', targets: [name], what } as const;
    this.faults.push(injected);
    const replaced = await this.#cluster.replace(name, this.#build);
    if (!replaced.ok) throw new FailureError(replaced.error);
    await this.#isNewBuild(name, signal);
    this.faults[number - 1] = { ...injected, healedAt: this.#clock.now() };
  }

  /** Asks until it says its version: a busy process takes its time. Servers that are not Assay's have none. */
  async #isNewBuild(name: string, signal: AbortSignal): Promise<void> {
    const deadlineMs = this.#clock.monotonicMs() + limits.drillHealMs;
    let version: string | undefined;
    while (version === undefined && this.#clock.monotonicMs() < deadlineMs && !signal.aborted) {
      const process = this.#cluster.processes().find((one) => one.name === name);
      if (process?.state === 'ready' && process.url === undefined) return;
      version = process === undefined ? undefined : await versionOf(this.#read, process);
      if (version === undefined) await this.#clock.sleep(limits.drillLookMs, signal);
    }
    if (version?.includes(this.#build) === true) return;
    const said = `${name} says that it is ${version ?? 'no version'}, not ${this.#build}`;
    throw new FailureError(failure('PROCESS_FAILED', said));
  }
}

/**
 * The servers first, then who works, then who decides (leaders after their standbys, so that each cluster changes its leader
 * once), then who is talked to. PostgreSQL has no build of ours.
 */
const order: readonly LocalRole[] = ['zookeeper', 'node', 'manager', 'scheduler', 'api'];

function inOrder(processes: readonly LocalProcess[]): LocalProcess[] {
  return order.flatMap((role) => processes.filter((process) => process.role === role));
}
