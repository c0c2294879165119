import { assert } from '../../base/assert.ts';
import { type Failure, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LocalProcess, LocalSignal } from '../../ports/local-cluster.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import { ChildRun } from './child-run.ts';
import type { ProcessPlan } from './process-plan.ts';

export type SupervisorKit = { readonly clock: Clock; readonly random: Random; readonly log: Log };

/** What follows the end of a life: the supervisor's own pause, a pause in ms, or nothing. */
type Restart = 'by itself' | 'never' | number;

/** One life of the process, from its start to its end. */
type Life = {
  readonly run: ChildRun;
  readySinceMs: number | undefined;
  url: string | undefined;
  isFrozen: boolean;
  restart: Restart;
};

/**
 * A process that is started again whenever it has died, after a pause that grows from death to death and that another
 * start or stop ends. What was stopped stays down.
 */
export class SupervisedProcess {
  readonly plan: ProcessPlan;
  readonly #kit: SupervisorKit;
  readonly #onChange: (change: LocalProcess) => void;
  #build: string;
  #life: Life | undefined;
  /** Deaths in a row, each before it was ready for a while. */
  #deaths = 0;
  /** The pause before the next start. */
  #pause = new AbortController();
  #isClosed = false;

  constructor(
    kit: SupervisorKit,
    plan: ProcessPlan,
    options: { readonly build: string; readonly onChange: (change: LocalProcess) => void },
  ) {
    this.#kit = kit;
    this.plan = plan;
    this.#build = options.build;
    this.#onChange = options.onChange;
  }

  get now(): LocalProcess {
    const { name, role, cluster, zone } = this.plan;
    const life = this.#life;
    return {
      name,
      role,
      ...(cluster === undefined ? {} : { cluster }),
      zone,
      pid: life?.run.pid ?? 0,
      state: stateOf(life),
      build: this.#build,
      ...(life?.url === undefined || !life.run.isAlive ? {} : { url: life.url }),
    };
  }

  /**
   * Starts it; resolves when it is ready, or has died before that (`PROCESS_FAILED`; the supervisor goes on trying), or
   * found its port taken (`ADDRESS_UNAVAILABLE`). It must be down.
   */
  async start(build: string = this.#build): Promise<Outcome<void>> {
    const deadlineMs = this.#kit.clock.monotonicMs() + limits.processStartMs;
    for (;;) {
      if (this.#isClosed) return fail(failure('NOT_READY', 'the cluster stops, and starts nothing'));
      if (this.#isAlive) {
        return fail(failure('ACTION_NOT_ALLOWED', `the process ${this.plan.name} runs already`));
      }
      this.#build = build;
      const life = this.#begin();
      const started = await this.#comesUp(life);
      const isTooEarly = this.plan.isTooEarly?.test(life.run.said()) === true;
      if (started.ok || !isTooEarly || this.#kit.clock.monotonicMs() > deadlineMs) return started;
      this.#stayDown();
      await this.#kit.clock.sleep(limits.processPauseMs);
    }
  }

  /** Ends it in good order, or by force when it does not end by its deadline. It stays down. */
  async stop(): Promise<void> {
    this.#stayDown();
    const life = this.#life;
    if (life === undefined || !life.run.isAlive) return;
    life.restart = 'never';
    life.run.signal(this.plan.stopSignal);
    life.run.signal('SIGCONT');
    const ended = new AbortController();
    const late = this.#kit.clock.sleep(limits.processStopMs, ended.signal);
    await Promise.race([life.run.ended, late]);
    ended.abort();
    await this.kill();
  }

  /** Stops it for good: nothing starts it again. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.stop();
  }

  /** Ends it at once; resolves when it is gone. It stays down. */
  async kill(): Promise<void> {
    this.#stayDown();
    if (this.#life === undefined) return;
    this.#life.restart = 'never';
    this.#life.run.signal('SIGKILL');
    await this.#life.run.ended;
  }

  /** Sends a signal; SIGTERM stands for what asks this kind of process to stop. `restart` holds for its next death. */
  signal(signal: LocalSignal, restart: Restart): void {
    const life = this.#life;
    if (life === undefined) return;
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
      life.run.signal(signal);
      if (!life.run.isAlive || life.isFrozen === (signal === 'SIGSTOP')) return;
      life.isFrozen = signal === 'SIGSTOP';
      this.#tell();
      return;
    }
    life.restart = restart;
    if (life.run.isAlive) life.run.signal(signal === 'SIGTERM' ? this.plan.stopSignal : signal);
    // It was first to die: the pause that it is in is not the one that was asked for.
    else if (restart !== 'by itself') this.#startAfter(restart);
  }

  get #isAlive(): boolean {
    return this.#life?.run.isAlive === true;
  }

  #begin(): Life {
    assert(!this.#isAlive, 'a process is started once it is down');
    this.#pause.abort();
    const run = new ChildRun(this.plan.command(this.#build), this.plan.log);
    const life: Life = {
      run,
      readySinceMs: undefined,
      url: undefined,
      isFrozen: false,
      restart: 'by itself',
    };
    this.#life = life;
    void run.ended.then((how) => this.#onEnd(life, how));
    this.#tell();
    return life;
  }

  async #comesUp(life: Life): Promise<Outcome<void>> {
    const { clock } = this.#kit;
    const deadlineMs = clock.monotonicMs() + limits.processStartMs;
    while (life.run.isAlive) {
      const readiness = life.isFrozen ? undefined : await this.plan.readiness(life.run.said());
      if (readiness !== undefined && life.run.isAlive) {
        life.readySinceMs = clock.monotonicMs();
        life.url = readiness.url;
        this.#tell();
        return succeed(undefined);
      }
      const isLate = clock.monotonicMs() > deadlineMs && !life.isFrozen;
      if (isLate || this.plan.portIsTaken.test(life.run.said())) {
        life.run.signal('SIGKILL');
        await life.run.ended;
        if (isLate)
          return fail(this.#failure(life, `was not ready within ${limits.processStartMs / 1000} s`));
      }
      await Promise.race([life.run.ended, clock.sleep(limits.processLookMs)]);
    }
    return fail(this.#failure(life, `died before it was ready: ${await life.run.ended}`));
  }

  #onEnd(life: Life, how: string): void {
    const { clock, random, log } = this.#kit;
    if (life.readySinceMs !== undefined) {
      const readyMs = clock.monotonicMs() - life.readySinceMs;
      if (readyMs >= limits.processSteadyMs) this.#deaths = 0;
    }
    life.isFrozen = false;
    if (life.restart === 'by itself') {
      log.warn('a process of the cluster ended', { process: this.plan.name, how });
      this.#startAfter(pauseMs(this.#deaths, random.next()));
      this.#deaths += 1;
    } else {
      this.#startAfter(life.restart);
    }
    this.#tell();
  }

  #startAfter(pause: number | 'never'): void {
    this.#stayDown();
    if (pause === 'never') return;
    const { signal } = this.#pause;
    void this.#kit.clock.sleep(pause, signal).then(async () => {
      if (signal.aborted) return;
      const started = await this.#comesUp(this.#begin());
      if (!started.ok)
        this.#kit.log.warn('a process of the cluster did not come up', { failure: started.error });
    });
  }

  /** Ends the pause before the next start, and with it that start. */
  #stayDown(): void {
    this.#pause.abort();
    this.#pause = new AbortController();
  }

  #tell(): void {
    this.#onChange(this.now);
  }

  #failure(life: Life, what: string): Failure {
    const { name, log, portIsTaken } = this.plan;
    const isPortTaken = portIsTaken.test(life.run.said());
    const message = isPortTaken ? `another program has the port of ${name}` : `${name} ${what}`;
    const lines = life.run.lastLines();
    return failure(isPortTaken ? 'ADDRESS_UNAVAILABLE' : 'PROCESS_FAILED', message, {
      hint: `its log is ${log.path}${lines === '' ? '' : `; it ends with:\n${lines}`}`,
      where: name,
    });
  }
}

/** The pause before a start: doubled from death to death, and longer by chance, so that not all come at once. */
export function pauseMs(deaths: number, chance: number): number {
  const usualMs = limits.processPauseMs * 2 ** Math.min(deaths, 16) * (1 + chance / 2);
  return Math.min(limits.processPauseMsMax, usualMs);
}

function stateOf(life: Life | undefined): LocalProcess['state'] {
  if (life === undefined || !life.run.isAlive) return 'down';
  if (life.isFrozen) return 'frozen';
  return life.readySinceMs === undefined ? 'starting' : 'ready';
}
