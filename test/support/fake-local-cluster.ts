import { succeed } from '../../src/base/outcome.ts';
import type { LocalCluster, LocalProcess, LocalSignal } from '../../src/ports/local-cluster.ts';

export type SentSignal = {
  readonly name: string;
  readonly signal: LocalSignal;
  readonly restartAfterMs?: number | 'never';
};

/** A cluster of nothing but names: it notes what is done to it, and changes states as it is told to. */
export class FakeLocalCluster implements LocalCluster {
  readonly apiUrl = 'http://api';
  readonly databaseUrl = 'postgres://db';
  readonly zooKeeper = 'zk';
  readonly signals: SentSignal[] = [];
  readonly replaced: string[] = [];
  readonly #listeners = new Set<(change: LocalProcess) => void>();
  #processes: readonly LocalProcess[];

  constructor(processes: readonly LocalProcess[]) {
    this.#processes = processes;
  }

  processes(): readonly LocalProcess[] {
    return this.#processes;
  }

  signal(
    name: string,
    signal: LocalSignal,
    options: { readonly restartAfterMs?: number | 'never' } = {},
  ): void {
    this.signals.push({ name, signal, ...options });
    this.change(name, {
      state: { SIGKILL: 'down', SIGTERM: 'down', SIGSTOP: 'frozen', SIGCONT: 'ready' }[
        signal
      ] as LocalProcess['state'],
    });
  }

  /** What became of a process by itself. */
  change(name: string, parts: Partial<LocalProcess>): void {
    this.#processes = this.#processes.map((one) => (one.name === name ? { ...one, ...parts } : one));
    const changed = this.#processes.find((one) => one.name === name);
    if (changed !== undefined) for (const listener of this.#listeners) listener(changed);
  }

  start() {
    return Promise.resolve(succeed(undefined));
  }

  replace(name: string, build: string) {
    this.replaced.push(name);
    this.change(name, { build, state: 'ready' });
    return Promise.resolve(succeed(undefined));
  }

  addNode() {
    return Promise.resolve(succeed('node'));
  }

  wipeZooKeeper() {
    return Promise.resolve(succeed(undefined));
  }

  onChange(listener: (change: LocalProcess) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  [Symbol.asyncDispose]() {
    return Promise.resolve();
  }
}

/** A ready process with a name like `node-quality-a1`, `manager-ingestion-2` or `zookeeper-3`. */
export function processNamed(name: string, parts: Partial<LocalProcess> = {}): LocalProcess {
  const [role = '', cluster] = name.split('-');
  return {
    name,
    role: role as LocalProcess['role'],
    ...(cluster === 'ingestion' || cluster === 'quality' ? { cluster } : {}),
    zone: 'a',
    pid: name.length,
    state: 'ready',
    build: 'before',
    url: `http://${name}`,
    ...parts,
  };
}
