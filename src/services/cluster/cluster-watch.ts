import { FailureError, failure, failureOf } from '../../base/errors.ts';
import type { ClusterName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import { type ClusterEvent, type ClusterSight, clusterEvents } from '../../core/membership/cluster-events.ts';
import type { Coordination, Coordinations } from '../../ports/coordination.ts';
import type { JobStore } from '../../ports/job-store.ts';
import { BackgroundLoop } from '../background-loop.ts';
import type { Kit } from '../kit.ts';
import type { Service } from '../lifecycle.ts';
import { type ClusterStateView, clusterStateView, type NodeView, type SeenCluster } from './cluster-views.ts';
import { showSession } from './session-gauge.ts';

const clusterNames = ['ingestion', 'quality'] as const satisfies readonly ClusterName[];

/** What one cluster looked like to this process, and what it saw happen there. */
type Lookout = {
  readonly cluster: ClusterName;
  seen?: SeenCluster;
  readonly events: ClusterEvent[];
  session?: { readonly is: Coordination; readonly hide: () => void };
  isConnected: boolean;
};

/** Events of a cluster as this process saw them, newest first, and since when it looks. */
export type ClusterEventsView = { readonly since: Instant; readonly events: readonly ClusterEvent[] };

/**
 * Looks at both clusters twice a second, for people: what is there, and what has changed. It sees what its own session
 * sees and remembers it in memory alone: what came and went between two looks, or while it was not connected, it does
 * not know.
 */
export class ClusterWatch implements Service {
  readonly name = 'cluster watch';
  readonly #kit: Kit;
  readonly #parts: { readonly clusters: Coordinations; readonly jobs: Pick<JobStore, 'depth'> };
  readonly #lookouts: Readonly<Record<ClusterName, Lookout>>;
  readonly #loop: BackgroundLoop;
  readonly #since: Instant;

  constructor(kit: Kit, parts: { readonly clusters: Coordinations; readonly jobs: Pick<JobStore, 'depth'> }) {
    this.#kit = kit;
    this.#parts = parts;
    this.#since = kit.clock.now();
    this.#lookouts = { ingestion: newLookout('ingestion'), quality: newLookout('quality') };
    this.#loop = new BackgroundLoop(kit, {
      name: this.name,
      pauseMs: limits.clusterLookMs,
      round: async () => {
        await this.#lookAtAll();
        return false;
      },
    });
  }

  start(): Promise<void> {
    return this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    for (const cluster of clusterNames) this.#lookouts[cluster].session?.hide();
  }

  /** Both clusters as they are now, or as they were seen last. */
  states(): Promise<readonly ClusterStateView[]> {
    return Promise.all(clusterNames.map((cluster) => this.state(cluster)));
  }

  async state(cluster: ClusterName): Promise<ClusterStateView> {
    const lookout = this.#lookouts[cluster];
    await this.#look(lookout);
    const jobsOpen = await this.#jobsOpen(cluster);
    return clusterStateView({
      cluster,
      session: this.#parts.clusters(cluster)?.state() ?? 'none',
      ...(lookout.seen === undefined ? {} : { seen: lookout.seen }),
      ...(jobsOpen === undefined ? {} : { jobsOpen }),
    });
  }

  /** What this process sees of a cluster now, or saw last; undefined as long as it saw nothing. */
  async seen(cluster: ClusterName): Promise<SeenCluster | undefined> {
    const lookout = this.#lookouts[cluster];
    await this.#look(lookout);
    return lookout.seen;
  }

  events(cluster: ClusterName, limit: number): ClusterEventsView {
    return { since: this.#since, events: this.#lookouts[cluster].events.slice(0, limit) };
  }

  /**
   * Asks that a node gets no new task, or takes that back. `node` is its id, or the name that it was started with.
   * `NODE_NOT_FOUND`, `COORDINATION_LOST`.
   */
  async setDrain(cluster: ClusterName, node: string, drain: boolean): Promise<Outcome<NodeView>> {
    const session = this.#parts.clusters(cluster);
    if (session?.state() !== 'connected') return fail(unconnected(cluster));
    try {
      const found = findNode(await this.state(cluster), node);
      if (!found.ok) return found;
      await session.setDrain(found.value.id, drain);
      return findNode(await this.state(cluster), found.value.id);
    } catch (thrown) {
      if (!(thrown instanceof FailureError)) throw thrown;
      return fail(thrown.failure);
    }
  }

  async #lookAtAll(): Promise<void> {
    await Promise.all(clusterNames.map((cluster) => this.#look(this.#lookouts[cluster])));
  }

  async #look(lookout: Lookout): Promise<void> {
    const session = this.#parts.clusters(lookout.cluster);
    this.#follow(lookout, session);
    if (session === undefined) return;
    try {
      const [view, leader] = await Promise.all([session.view(), session.leader()]);
      const at = this.#kit.clock.now();
      const seen: SeenCluster = { view, at, ...(leader === undefined ? {} : { leader }) };
      if (lookout.seen !== undefined)
        this.#note(lookout, clusterEvents(sight(lookout.seen), sight(seen), at));
      lookout.seen = seen;
    } catch (thrown) {
      const { cluster } = lookout;
      this.#kit.log.debug('a cluster could not be looked at', { cluster, failure: failureOf(thrown) });
    }
  }

  /** Shows the session that there is now, and notes when this process begins or ceases to see. */
  #follow(lookout: Lookout, session: Coordination | undefined): void {
    if (lookout.session?.is !== session) {
      lookout.session?.hide();
      delete lookout.session;
      if (session !== undefined) {
        lookout.session = { is: session, hide: showSession(this.#kit.telemetry, session, 'api') };
      }
    }
    const isConnected = session?.state() === 'connected';
    if (isConnected === lookout.isConnected) return;
    lookout.isConnected = isConnected;
    this.#note(lookout, [{ kind: isConnected ? 'seen' : 'unseen', at: this.#kit.clock.now() }]);
  }

  #note(lookout: Lookout, events: readonly ClusterEvent[]): void {
    lookout.events.unshift(...events.toReversed());
    lookout.events.splice(limits.clusterEventsMax);
  }

  async #jobsOpen(cluster: ClusterName): Promise<number | undefined> {
    try {
      return (await this.#parts.jobs.depth(cluster)).total;
    } catch (thrown) {
      this.#kit.log.debug('the queue could not be counted', { cluster, failure: failureOf(thrown) });
      return undefined;
    }
  }
}

function newLookout(cluster: ClusterName): Lookout {
  return { cluster, events: [], isConnected: false };
}

function sight({ view, leader }: SeenCluster): ClusterSight {
  const { nodes, reports, draining } = view;
  return { nodes, reports, draining, ...(leader === undefined ? {} : { leader }) };
}

function unconnected(cluster: ClusterName) {
  return failure('COORDINATION_LOST', `this process has no session on the ${cluster} cluster now`, {
    hint: 'try again when the coordination service answers',
  });
}

/** The node of this id, or the only one whose id begins with this name: an id is a name and a random end. */
function findNode({ cluster, nodes }: ClusterStateView, name: string): Outcome<NodeView> {
  const exact = nodes.find(({ id }) => id === name);
  if (exact !== undefined) return succeed(exact);
  const named = nodes.filter(({ id }) => id.startsWith(`${name}-`));
  const [only] = named;
  if (only !== undefined && named.length === 1) return succeed(only);
  const message =
    named.length === 0
      ? `the ${cluster} cluster has no node ${name}`
      : `${named.length} nodes of the ${cluster} cluster are called ${name}`;
  const hint = 'see `assay nodes`; give the whole id';
  return fail(failure('NODE_NOT_FOUND', message, { hint }));
}
