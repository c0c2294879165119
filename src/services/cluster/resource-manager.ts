import { assert } from '../../base/assert.ts';
import { FailureError, failure, failureOf } from '../../base/errors.ts';
import type { NodeId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { backoffMs } from '../../core/resilience/backoff.ts';
import type { Candidacy, Coordination, LeaderTerm, Unsubscribe } from '../../ports/coordination.ts';
import type { JobStore, QueueDepth } from '../../ports/job-store.ts';
import type { Kit } from '../kit.ts';
import type { Service } from '../lifecycle.ts';
import { Leadership } from './leadership.ts';
import { showSession } from './session-gauge.ts';
import { WakeUp } from './wake-up.ts';
import { within } from './within.ts';

export type ResourceManagerParts = {
  readonly coordination: Coordination;
  readonly jobs: JobStore;
  /** How much the other cluster has to do; by default an ingestion manager asks the same store for the quality queue. */
  readonly otherDepth?: () => Promise<QueueDepth>;
};

export type ResourceManagerOptions = {
  readonly id: NodeId;
  readonly version: string;
  readonly tickMs?: number;
  readonly idleTickMs?: number;
  /** Called with a broken invariant, once: the process must end. */
  readonly onBroken?: (error: unknown) => void;
  /** Called once when the session has expired: this manager is out of the cluster and needs a successor. */
  readonly onExpired?: () => void;
};

/**
 * Stands for the leadership of one cluster and leads it while elected: admits jobs, gives their tasks to data nodes,
 * takes them back from those that fail, and ends jobs. Any number of managers may run; one of them leads.
 */
export class ResourceManager implements Service {
  readonly name: string;
  readonly #kit: Kit;
  readonly #parts: ResourceManagerParts;
  readonly #options: ResourceManagerOptions;
  readonly #wake: WakeUp;
  readonly #unsubscribes: Unsubscribe[] = [];
  #candidacy: Candidacy | undefined;
  #leadership: Leadership | undefined;
  /** All terms of this process, one after the other. */
  #terms: Promise<void> = Promise.resolve();
  #started = false;
  #stopped: Promise<void> | undefined;
  #over = false;

  constructor(kit: Kit, parts: ResourceManagerParts, options: ResourceManagerOptions) {
    const { cluster } = parts.coordination;
    this.name = `resource manager ${options.id}`;
    this.#kit = { ...kit, log: kit.log.with({ manager: options.id, cluster }) };
    this.#parts = parts;
    this.#options = options;
    this.#wake = new WakeUp(kit.clock);
  }

  /** Resolves once this manager stands for election. */
  async start(): Promise<void> {
    assert(!this.#started, `${this.name} was started twice`);
    this.#started = true;
    this.#unsubscribes.push(
      showSession(this.#kit.telemetry, this.#parts.coordination, 'manager'),
      this.#parts.coordination.watchView(() => this.#look()),
      this.#parts.jobs.onChange(() => {
        this.#leadership?.refresh();
        this.#wake.ring();
      }),
    );
    this.#candidacy = await this.#stand();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Fails while this process leads but does not get a tick through: alive is who makes progress. */
  probe(): { readonly name: string; check(): Promise<void> } {
    const { cluster } = this.#parts.coordination;
    return {
      name: `manager-${cluster}`,
      check: async () => {
        const silenceMs = this.#leadership?.silenceMs() ?? 0;
        if (silenceMs <= silenceMsMax) return;
        const message = `The manager of the ${cluster} cluster has decided nothing for ${silenceMs} ms`;
        throw new FailureError(failure('NOT_READY', message));
      },
    };
  }

  async #stop(): Promise<void> {
    this.#over = true;
    for (const unsubscribe of this.#unsubscribes) unsubscribe();
    this.#depose();
    this.#wake.ring();
    // First no more decisions, then the withdrawal: the successor may begin at once.
    const inTime = await within(this.#kit.clock, this.#terms, limits.stopDeadlineMs);
    if (!inTime) this.#kit.log.warn('a resource manager stops in the middle of a tick');
    await this.#candidacy?.withdraw().catch((thrown: unknown) => {
      this.#kit.log.warn('a resource manager could not withdraw', { failure: failureOf(thrown) });
    });
  }

  async #stand(): Promise<Candidacy | undefined> {
    const { id, version } = this.#options;
    const candidate = {
      id,
      version,
      onElected: (term: LeaderTerm) => this.#elect(term),
      onDeposed: () => this.#depose(),
    };
    for (let attempt = 1; !this.#over; attempt += 1) {
      try {
        return await this.#parts.coordination.campaign(candidate);
      } catch (thrown) {
        const rule = { baseMs: limits.idleTickMs, capMs: limits.sessionTimeoutMs };
        this.#kit.log.warn('a resource manager could not stand', { attempt, failure: failureOf(thrown) });
        await this.#wake.wait(backoffMs(rule, attempt, this.#kit.random.next()));
      }
    }
    return undefined;
  }

  #elect(term: LeaderTerm): void {
    if (this.#over) return;
    this.#kit.log.info('a resource manager was elected', { epoch: String(term.epoch) });
    const { coordination, jobs } = this.#parts;
    const ahead = coordination.cluster === 'ingestion' ? () => jobs.depth('quality') : undefined;
    const otherDepth = this.#parts.otherDepth ?? ahead;
    const leadership = new Leadership(
      this.#kit,
      { coordination, jobs, wake: this.#wake, ...(otherDepth === undefined ? {} : { otherDepth }) },
      term,
      {
        tickMs: this.#options.tickMs ?? limits.tickMs,
        idleTickMs: this.#options.idleTickMs ?? limits.idleTickMs,
      },
    );
    this.#leadership = leadership;
    this.#terms = this.#terms.then(() => this.#lead(leadership));
  }

  async #lead(leadership: Leadership): Promise<void> {
    try {
      await leadership.run();
    } catch (error) {
      this.#over = true;
      this.#kit.log.error('a resource manager met a broken invariant', { error });
      this.#options.onBroken?.(error);
    }
    if (this.#leadership === leadership) this.#leadership = undefined;
  }

  #depose(): void {
    if (this.#leadership === undefined) return;
    this.#kit.log.info('a resource manager leads no more');
    this.#leadership.stop();
    this.#leadership = undefined;
  }

  #look(): void {
    this.#wake.ring();
    if (this.#over || this.#parts.coordination.state() !== 'expired') return;
    this.#over = true;
    this.#depose();
    this.#kit.log.error('the session of a resource manager has expired');
    const { cluster } = this.#parts.coordination;
    this.#kit.telemetry.count('assay_sessions_expired_total', { cluster, member: 'manager' });
    this.#options.onExpired?.();
  }
}

/** Several back-offs in a row without one good tick. */
const silenceMsMax = 5 * limits.sessionTimeoutMs;
