import { assert } from '../../base/assert.ts';
import { limits } from '../../base/limits.ts';
import type { LocalProcess, LocalRole } from '../../ports/local-cluster.ts';
import type { ProcessPlan } from './process-plan.ts';
import { SupervisedProcess, type SupervisorKit } from './supervised-process.ts';

/** In which order they stop: nobody is left without what it needs. */
const stopOrder: readonly LocalRole[] = ['node', 'manager', 'scheduler', 'api', 'zookeeper', 'postgres'];

/** All processes of a cluster by name, whom their changes are told, and their logs kept small. */
export class ProcessGroup {
  readonly #kit: SupervisorKit;
  readonly #build: string;
  readonly #processes = new Map<string, SupervisedProcess>();
  readonly #listeners = new Set<(change: LocalProcess) => void>();
  readonly #closing = new AbortController();

  constructor(kit: SupervisorKit, build: string) {
    this.#kit = kit;
    this.#build = build;
    void this.#keepLogsSmall();
  }

  /** Takes a process in, which is down. It takes the place of the one that has its name, which is stopped. */
  readonly supervise = (plan: ProcessPlan): SupervisedProcess => {
    const process = new SupervisedProcess(this.#kit, plan, {
      build: this.#build,
      onChange: (change) => {
        for (const listener of this.#listeners) listener(change);
      },
    });
    void this.#processes.get(plan.name)?.close();
    this.#processes.set(plan.name, process);
    if (this.#closing.signal.aborted) void process.close();
    return process;
  };

  named(name: string): SupervisedProcess {
    const process = this.#processes.get(name);
    assert(process !== undefined, `the cluster has no process ${name}`);
    return process;
  }

  has(name: string): boolean {
    return this.#processes.has(name);
  }

  /** In the order of their names. */
  list(): readonly LocalProcess[] {
    return [...this.#processes.values()]
      .map((process) => process.now)
      .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  }

  onChange(listener: (change: LocalProcess) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops all in good order; resolves when none is left. */
  async stop(): Promise<void> {
    this.#closing.abort();
    for (const role of stopOrder) {
      const these = [...this.#processes.values()].filter(({ plan }) => plan.role === role);
      await Promise.all(these.map((process) => process.close()));
    }
  }

  async #keepLogsSmall(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#kit.clock.sleep(limits.processLogLookMs, signal);
      for (const { plan } of this.#processes.values()) plan.log.keepSmall();
    }
  }
}
