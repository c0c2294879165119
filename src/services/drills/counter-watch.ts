import { limits } from '../../base/limits.ts';
import type { TelemetryName } from '../../base/telemetry.ts';
import type { Counted } from '../../core/drills/history.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LocalCluster } from '../../ports/local-cluster.ts';
import { type ReadText, sumOf } from './process-probe.ts';

/** What shows that a cluster was put to the test, and that its fences held. */
const counters = [
  'assay_commits_superseded_total',
  'assay_decisions_refused_total',
  'assay_leaderships_total',
  'assay_nodes_lost_total',
  'assay_sessions_expired_total',
  'assay_task_deaths_total',
  'assay_task_reassignments_total',
  'assay_task_retries_total',
] as const satisfies readonly TelemetryName[];

/**
 * Adds up counters of all processes, over their restarts. What a process counted after the last look before its death is
 * not seen: the sums are lower bounds.
 */
export class CounterWatch {
  readonly #clock: Clock;
  readonly #cluster: LocalCluster;
  readonly #read: ReadText;
  /** By process id and counter: the last value that was seen. */
  readonly #seen = new Map<string, number>();
  readonly #counted: Counted[] = [];

  constructor(clock: Clock, cluster: LocalCluster, read: ReadText) {
    this.#clock = clock;
    this.#cluster = cluster;
    this.#read = read;
  }

  get counted(): readonly Counted[] {
    return this.#counted;
  }

  /** Looks until `signal` aborts, and once more. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look();
      await this.#clock.sleep(limits.drillCountMs, signal);
    }
    await this.#look();
  }

  async #look(): Promise<void> {
    const processes = this.#cluster.processes().filter(({ state }) => state === 'ready');
    const told = await Promise.all(
      processes.map(async ({ pid, url }) => ({
        pid,
        metrics: url === undefined ? undefined : await this.#read(`${url}/metrics`),
      })),
    );
    const at = this.#clock.now();
    for (const name of counters) {
      let by = 0;
      for (const { pid, metrics } of told) by += metrics === undefined ? 0 : this.#grown(pid, name, metrics);
      if (by > 0) this.#counted.push({ at, name, by });
    }
  }

  #grown(pid: number, name: TelemetryName, metrics: string): number {
    const key = `${pid} ${name}`;
    const before = this.#seen.get(key) ?? 0;
    const now = sumOf(metrics, name);
    this.#seen.set(key, now);
    return Math.max(0, now - before);
  }
}
