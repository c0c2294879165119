import type { FastifyRequest } from 'fastify';
import { type DatasetName, parseDatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { type DatasetFacts, type Standing, standingOf } from '../../core/access/identity.ts';
import { shownWork, sightOf } from '../../core/access/sight.ts';
import type { Access } from '../../services/access/access.ts';
import type { Caller } from '../../services/access/authenticator.ts';
import type { Kit } from '../../services/kit.ts';
import type { LiveEvent } from '../live/live-events.ts';
import { identify } from './guard.ts';

/** Somebody who follows a stream. */
export type Viewer = {
  /** The event as it is for them; undefined when its dataset does not exist for them. */
  textOf(event: LiveEvent): string | undefined;
  /** A view of work as it is for them; undefined when its dataset does not exist for them. */
  shownWork<T extends { readonly dataset: DatasetName }>(view: T): T | undefined;
  /** Whether they are signed out meanwhile, or what they use is over: nothing follows. */
  hasEnded(): boolean;
  /** They have gone. */
  end(): void;
};

/**
 * Those who follow streams, which go on when roles change and sessions end. What decides about a dataset is read before
 * each event of it is told, and who they are is asked again at each sign of life: who has lost a role is told nothing any
 * more, who is signed out loses the stream.
 */
export class Viewers {
  readonly #kit: Kit;
  readonly #access: Access | undefined;
  /** As they were read last; those of datasets that are gone are kept for the event that says so. */
  readonly #facts = new Map<string, DatasetFacts>();
  readonly #open = new Set<() => Promise<void>>();
  readonly #stop = new AbortController();
  #isWatching = false;

  constructor(kit: Kit, access: Access | undefined) {
    this.#kit = kit;
    this.#access = access;
  }

  /** Learns what decides about the datasets of events that are about to be told. */
  async prepare(events: readonly LiveEvent[]): Promise<void> {
    if (this.#access === undefined) return;
    const names = new Set(events.flatMap(({ dataset }) => parseDatasetName(dataset ?? '') ?? []));
    const access = this.#access;
    await Promise.all([...names].map((name) => this.#learn(name, access)));
  }

  /** Somebody begins to follow everything that exists for them. */
  open(request: FastifyRequest, dataset?: DatasetName): Viewer {
    const { caller } = request.rights;
    if (this.#access === undefined) return everybody;
    const access = this.#access;
    const state: { caller: Caller | undefined } = { caller };
    const look = async (): Promise<void> => {
      state.caller = await identify(request, access);
      if (dataset !== undefined) await this.#learn(dataset, access);
    };
    this.#open.add(look);
    if (!this.#isWatching) void this.#watch();
    const standing = (name: string): Standing | undefined => {
      const facts = this.#facts.get(name);
      const identity = state.caller?.identity;
      return facts && identity && standingOf(identity, facts);
    };
    return {
      textOf: (event) => {
        if (event.dataset === undefined) return event.text;
        const found = standing(event.dataset);
        if (found === undefined) return undefined;
        return found === 'follower' ? (event.plainText ?? event.text) : event.text;
      },
      shownWork: (view) => {
        const found = standing(view.dataset);
        return found && shownWork(view, sightOf(found, {}));
      },
      hasEnded: () => state.caller === undefined,
      end: () => void this.#open.delete(look),
    };
  }

  /** The same of one dataset, about which no change may ever be told. */
  async openOn(request: FastifyRequest, dataset: DatasetName): Promise<Viewer> {
    if (this.#access !== undefined) await this.#learn(dataset, this.#access);
    return this.open(request, dataset);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** As it stands now: the change that is told may be one of roles. */
  async #learn(dataset: DatasetName, access: Access): Promise<void> {
    const facts = await access.roles.freshFacts(dataset);
    if (facts !== undefined) this.#facts.set(dataset, facts);
    for (const oldest of this.#facts.keys()) {
      if (this.#facts.size <= limits.accessMemoryMax) return;
      this.#facts.delete(oldest);
    }
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    this.#isWatching = true;
    while (!signal.aborted && this.#open.size > 0) {
      await this.#kit.clock.sleep(limits.liveHeartbeatMs / 3, signal);
      // A database that is away for a while is no reason to send people away.
      const looks = [...this.#open].map((look) => look().catch(() => undefined));
      if (!signal.aborted) await Promise.all(looks);
    }
    this.#isWatching = false;
  }
}

const everybody: Viewer = {
  textOf: ({ text }) => text,
  shownWork: (view) => view,
  hasEnded: () => false,
  end: () => undefined,
};
