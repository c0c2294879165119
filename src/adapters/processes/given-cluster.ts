import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { assert } from '../../base/assert.ts';
import { type Failure, FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Clock } from '../../ports/clock.ts';
import type { GivenCommands, GivenProcess } from '../../ports/given-cluster.ts';
import type { LocalCluster, LocalProcess, LocalSignal } from '../../ports/local-cluster.ts';

export type GivenClusterOptions = {
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly processes: readonly GivenProcess[];
  readonly commands: GivenCommands;
  /** What answers at an address; undefined when nothing does in time. */
  readonly read: (url: string) => Promise<string | undefined>;
};

/** Resolves when everything that has an address was asked once how it is. */
export async function openGivenCluster(clock: Clock, options: GivenClusterOptions): Promise<LocalCluster> {
  const cluster = new GivenCluster(clock, options);
  await cluster.look();
  cluster.watch();
  return cluster;
}

const commandOf = {
  SIGKILL: 'kill',
  SIGTERM: 'stop',
  SIGSTOP: 'pause',
  SIGCONT: 'resume',
} as const satisfies Record<LocalSignal, keyof GivenCommands>;

/**
 * A cluster that somebody else runs, disturbed by commands of its operator. How its processes are is looked at from
 * outside; nothing of it ends with this one. A command that fails is told by the next call: a drill can not go on without.
 */
class GivenCluster implements LocalCluster {
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly zooKeeper = '';
  readonly #clock: Clock;
  readonly #options: GivenClusterOptions;
  readonly #listeners = new Set<(change: LocalProcess) => void>();
  readonly #closing = new AbortController();
  readonly #running = new Set<ChildProcess>();
  #processes: readonly LocalProcess[];
  #broken: Failure | undefined;

  constructor(clock: Clock, options: GivenClusterOptions) {
    this.#clock = clock;
    this.#options = options;
    this.apiUrl = options.apiUrl;
    this.databaseUrl = options.databaseUrl;
    this.#processes = options.processes.map((process) => ({
      ...process,
      pid: 0,
      state: process.url === undefined ? 'ready' : 'down',
      build: 'given',
    }));
  }

  processes(): readonly LocalProcess[] {
    if (this.#broken !== undefined) throw new FailureError(this.#broken);
    return this.#processes;
  }

  signal(name: string, signal: LocalSignal, options?: { readonly restartAfterMs?: number | 'never' }): void {
    const wanted = commandOf[signal];
    this.#note(name, { state: wanted === 'pause' ? 'frozen' : wanted === 'resume' ? 'ready' : 'down' });
    void this.#strike(name, wanted, options?.restartAfterMs);
  }

  async #strike(
    name: string,
    command: 'kill' | 'stop' | 'pause' | 'resume',
    restartAfterMs: number | 'never' = 0,
  ): Promise<void> {
    const done = await this.#run(command, name);
    if (!done.ok) this.#broken ??= done.error;
    if (command === 'pause' || command === 'resume' || restartAfterMs === 'never' || !done.ok) return;
    await this.#clock.sleep(restartAfterMs, this.#closing.signal);
    const started = this.#options.commands.start === undefined ? done : await this.#run('start', name);
    if (!started.ok) this.#broken ??= started.error;
    // Nobody can be asked whether it is well again: it is a life more.
    if (this.#given(name).url === undefined)
      this.#note(name, { state: 'ready', pid: this.#now(name).pid + 1 });
  }

  async start(name: string): Promise<Outcome<void>> {
    return this.#run('start', name);
  }

  async replace(name: string, build: string): Promise<Outcome<void>> {
    this.#note(name, { state: 'down' });
    const replaced = await this.#run('replace', name, build);
    if (!replaced.ok) return replaced;
    this.#note(name, { build, ...(this.#given(name).url === undefined ? { state: 'ready' } : {}) });
    return this.#isReady(name);
  }

  async #isReady(name: string): Promise<Outcome<void>> {
    const deadlineMs = this.#clock.monotonicMs() + limits.drillHealMs;
    while (this.#clock.monotonicMs() < deadlineMs && !this.#closing.signal.aborted) {
      if (this.#now(name).state === 'ready') return succeed(undefined);
      await this.#clock.sleep(limits.drillHealLookMs, this.#closing.signal);
    }
    return fail(failure('PROCESS_FAILED', `${name} was not ready in time after it was replaced`));
  }

  addNode(): Promise<Outcome<string>> {
    return Promise.resolve(fail(notOurs('adds no node to a cluster that it was given')));
  }

  wipeZooKeeper(): Promise<Outcome<void>> {
    return Promise.resolve(fail(notOurs('wipes no ZooKeeper of a cluster that it was given')));
  }

  onChange(listener: (change: LocalProcess) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    for (const child of this.#running) child.kill('SIGKILL');
  }

  /** Looks at all processes again and again, until it is closed. */
  watch(): void {
    void (async () => {
      while (!this.#closing.signal.aborted) {
        await this.#clock.sleep(limits.drillLookMs, this.#closing.signal);
        await this.look();
      }
    })();
  }

  /** Asks everything that has an address how it is, and since when it runs. */
  async look(): Promise<void> {
    await Promise.all(this.#options.processes.map((process) => this.#lookAt(process)));
  }

  async #lookAt({ name, url }: GivenProcess): Promise<void> {
    if (url === undefined) return;
    const { read } = this.#options;
    const before = this.#now(name);
    const [ready, metrics] = await Promise.all([read(`${url}/readyz`), read(`${url}/metrics`)]);
    const now = this.#now(name);
    // Something was done to it meanwhile: these answers are older.
    if (now !== before) return;
    const startedAt = /^process_start_time_seconds (\S+)/m.exec(metrics ?? '')?.[1];
    const isReady = ready?.includes('"ready"') === true && startedAt !== undefined;
    if (isReady) this.#note(name, { state: 'ready', pid: Number(startedAt) });
    else if (now.state === 'ready') this.#note(name, { state: 'down' });
  }

  #note(name: string, change: Partial<LocalProcess>): void {
    const before = this.#now(name);
    const after = { ...before, ...change };
    if (after.state === before.state && after.pid === before.pid && after.build === before.build) return;
    this.#processes = this.#processes.map((one) => (one.name === name ? after : one));
    for (const listener of this.#listeners) listener(after);
  }

  #now(name: string): LocalProcess {
    const process = this.#processes.find((one) => one.name === name);
    assert(process !== undefined, `${name} is a process of the given cluster`);
    return process;
  }

  #given(name: string): GivenProcess {
    const process = this.#options.processes.find((one) => one.name === name);
    assert(process !== undefined, `${name} is a process of the given cluster`);
    return process;
  }

  async #run(command: keyof GivenCommands, name: string, build = ''): Promise<Outcome<void>> {
    const line = this.#options.commands[command];
    if (line === undefined) return fail(notOurs(`has no command to ${command} ${name}`));
    const { role, cluster = '', zone, url = '' } = this.#given(name);
    const about = {
      ASSAY_PROCESS: name,
      ASSAY_ROLE: role,
      ASSAY_CLUSTER: cluster,
      ASSAY_ZONE: zone,
      ASSAY_URL: url,
      ASSAY_BUILD: build,
    };
    const child = spawn('sh', ['-c', line], {
      env: { ...process.env, ...about },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: limits.drillCommandMs,
      killSignal: 'SIGKILL',
    });
    this.#running.add(child);
    const said = text(child.stderr);
    const ended = await new Promise<number | string>((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    this.#running.delete(child);
    if (ended === 0) return succeed(undefined);
    const cause = (await said).trim().slice(0, limits.drillCommandWordsMax);
    return fail(
      failure('PROCESS_FAILED', `the command to ${command} ${name} ended with ${ended}`, {
        cause,
        hint: 'a drill needs commands that do what they say; try it by hand with the same variables',
      }),
    );
  }
}

function notOurs(what: string): Failure {
  return failure('ACTION_NOT_ALLOWED', `a drill ${what}`);
}
