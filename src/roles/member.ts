import { FailureError, failure, failureOf } from '../base/errors.ts';
import type { ClusterName } from '../base/ids.ts';
import { limits } from '../base/limits.ts';
import { backoffMs } from '../core/resilience/backoff.ts';
import type { Coordination } from '../ports/coordination.ts';
import { within } from '../services/cluster/within.ts';
import type { Kit } from '../services/kit.ts';
import type { Service } from '../services/lifecycle.ts';
import { tellAfterAWhile } from './patiently.ts';
import { unlessAborted } from './unless-aborted.ts';

/** What works in a cluster on one session: made for it, and thrown away with it. */
export interface ClusterService extends Service {
  /** How it is, beside its session. */
  probe?(): { check(): Promise<void> };
  /** Whether it does nothing any more although its session lives: it must be replaced. */
  isStalled?(): boolean;
}

export type MemberParts = {
  readonly cluster: ClusterName;
  /** Opens one session; rejects when it does not come about for some time. */
  readonly open: () => Promise<Coordination>;
  /** Makes what runs on a session. `onOver` ends both, and a new session follows. */
  readonly build: (coordination: Coordination, onOver: () => void) => ClusterService;
  /** Called with what nobody foresaw: the process must end. */
  readonly onBroken: (error: unknown) => void;
};

type Life = { readonly session: Coordination; readonly service: ClusterService };

/**
 * Keeps a service in a cluster for as long as a process runs. Sessions end: then what ran on one is stopped and begins
 * anew on the next one, as a new member with nothing of the old one's state. It never gives up; while the ensemble is away
 * it tries again, with pauses that grow.
 */
export class Member implements Service {
  readonly name: string;
  /** Resolves when its service runs for the first time. */
  readonly joined: Promise<void>;
  readonly #kit: Kit;
  readonly #parts: MemberParts;
  readonly #onJoined: () => void;
  readonly #stopping = new AbortController();
  #life: Life | undefined;
  #running: Promise<void> | undefined;

  constructor(kit: Kit, parts: MemberParts) {
    this.name = `member of the ${parts.cluster} cluster`;
    this.#kit = { ...kit, log: kit.log.with({ cluster: parts.cluster }) };
    this.#parts = parts;
    const joined = Promise.withResolvers<void>();
    this.joined = joined.promise;
    this.#onJoined = joined.resolve;
  }

  /** Returns at once: whether there is an ensemble is not ours to decide. */
  async start(): Promise<void> {
    this.#running = this.#run().catch((error: unknown) => this.#parts.onBroken(error));
  }

  /** Stops the service in good order, then ends its session. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** The present session; undefined while there is none. */
  session(): Coordination | undefined {
    return this.#life?.session;
  }

  /** Ends the present session at once, without a word to its service: the process is about to end. */
  async abandon(): Promise<void> {
    this.#stopping.abort();
    await this.#life?.session.close();
  }

  /** Fails while there is no session, or no news of the ensemble for the length of one, or its service is not well. */
  probe(): { readonly name: string; check(): Promise<void> } {
    const { cluster } = this.#parts;
    return {
      name: `member-${cluster}`,
      check: async () => {
        const life = this.#life;
        if (life === undefined) throw notReady(`there is no session on the ${cluster} cluster`);
        const { session, service } = life;
        const ageMs = session.lastReplyAgeMs();
        if (session.state() !== 'connected' && ageMs > session.sessionTimeoutMs) {
          throw notReady(
            `the ensemble of the ${cluster} cluster has not answered for ${Math.round(ageMs)} ms`,
          );
        }
        await service.probe?.().check();
      },
    };
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#kit;
    const { signal } = this.#stopping;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const beganMs = clock.monotonicMs();
      await this.#live();
      if (clock.monotonicMs() - beganMs >= limits.steadyMs) attempt = 1;
      const rule = { baseMs: limits.idleTickMs, capMs: limits.sessionTimeoutMs };
      await clock.sleep(backoffMs(rule, attempt, random.next()), signal);
    }
  }

  /** One session, from its opening to its end. */
  async #live(): Promise<void> {
    const session = await this.#open();
    if (session === undefined) return;
    const over = Promise.withResolvers<void>();
    const service = this.#parts.build(session, over.resolve);
    this.#life = { session, service };
    const ended = new AbortController();
    try {
      const started = this.#start(service);
      const watched = this.#watch({ session, service }, ended.signal);
      await Promise.race([started.then(() => over.promise), over.promise, watched]);
    } finally {
      ended.abort();
      await service.stop();
      this.#life = undefined;
      await this.#close(session);
    }
  }

  async #start(service: ClusterService): Promise<void> {
    await service.start();
    if (this.#stopping.signal.aborted) return;
    this.#kit.log.info('a member has joined its cluster', { service: service.name });
    this.#onJoined();
  }

  /** A session, unless none comes about or this member stops first. */
  async #open(): Promise<Coordination | undefined> {
    const patience = new AbortController();
    void tellAfterAWhile(
      this.#kit,
      'the ensemble of its cluster',
      AbortSignal.any([patience.signal, this.#stopping.signal]),
    );
    try {
      return await unlessAborted(this.#parts.open(), this.#stopping.signal, (late) => late.close());
    } catch (thrown) {
      this.#kit.log.warn('the ensemble of its cluster did not answer; it is tried again', {
        failure: failureOf(thrown),
      });
      return undefined;
    } finally {
      patience.abort();
    }
  }

  /** Resolves when the session is over, the service does nothing any more, or this member stops. */
  async #watch({ session, service }: Life, ended: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, ended]);
    while (!signal.aborted) {
      const state = session.state();
      if (state === 'expired' || state === 'closed') return;
      if (service.isStalled?.() === true) {
        this.#kit.log.error('a member does nothing any more and leaves its cluster', {
          service: service.name,
        });
        // Before the service is asked to stop: it can not be trusted to give back what it has.
        await this.#close(session);
        return;
      }
      await this.#kit.clock.sleep(limits.reportMs, signal);
    }
  }

  async #close(session: Coordination): Promise<void> {
    const closing = session.close().catch((thrown: unknown) => {
      this.#kit.log.debug('a session could not be closed', { failure: failureOf(thrown) });
    });
    await within(this.#kit.clock, closing, limits.killGraceMs);
  }
}

function notReady(message: string): FailureError {
  return new FailureError(failure('NOT_READY', message));
}
