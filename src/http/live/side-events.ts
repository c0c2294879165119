import type { ClusterName, JobId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Change } from '../../ports/change-log.ts';
import type { Unsubscribe } from '../../ports/coordination.ts';
import type { JobStore } from '../../ports/job-store.ts';
import type { ClusterWatch } from '../../services/cluster/cluster-watch.ts';
import type { BackfillFeed } from './backfill-feed.ts';
import { clusterEvent, type LiveEvent, progressEvent } from './live-events.ts';

const clusters = ['ingestion', 'quality'] as const satisfies readonly ClusterName[];

type Parts = {
  readonly jobs: Pick<JobStore, 'list'>;
  readonly backfills: BackfillFeed;
  readonly clusters: Pick<ClusterWatch, 'events'>;
};

/**
 * What no log remembers, because only its present counts: how far open backfills are, and that a cluster has changed. Who
 * comes back is told all of it anew.
 */
export class SideEvents {
  readonly #parts: Parts;
  readonly #followed = new Map<JobId, { stop: Unsubscribe; latest?: LiveEvent }>();
  readonly #seen = new Map<ClusterName, unknown>();
  #isFollowing = false;
  #fresh = new Map<string, LiveEvent>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Looks for open backfills to follow, at first and when jobs have changed. */
  async follow(changes: readonly Change[]): Promise<void> {
    if (this.#isFollowing && !changes.some(({ kind }) => kind === 'job')) return;
    this.#isFollowing = true;
    for (const kind of ['backfill', 'learn'] as const) {
      const open = await this.#parts.jobs.list({ kind, open: true, limit: limits.eventBackfillsMax });
      for (const { job } of open) this.#begin(job.group ?? job.id);
    }
  }

  /** What is new since the last call. */
  take(): readonly LiveEvent[] {
    const events = [...this.#fresh.values(), ...this.#changedClusters()];
    this.#fresh = new Map();
    return events;
  }

  /** Everything as it is now. */
  present(): readonly LiveEvent[] {
    const latest = [...this.#followed.values()].flatMap((one) => one.latest ?? []);
    return [...latest, ...clusters.map(clusterEvent)];
  }

  /** Follows nothing any more. */
  rest(): void {
    for (const { stop } of this.#followed.values()) stop();
    this.#followed.clear();
    this.#fresh.clear();
    this.#isFollowing = false;
  }

  #begin(id: JobId): void {
    if (this.#followed.has(id) || this.#followed.size >= limits.eventBackfillsMax) return;
    if (!this.#parts.backfills.hasRoom()) return;
    const followed: { stop: Unsubscribe; latest?: LiveEvent } = { stop: () => undefined };
    this.#followed.set(id, followed);
    followed.stop = this.#parts.backfills.subscribe(id, ({ kind, view }) => {
      if (view !== undefined) {
        followed.latest = progressEvent(view);
        this.#fresh.set(id, followed.latest);
      }
      if (kind === 'end') this.#followed.delete(id);
    });
  }

  #changedClusters(): readonly LiveEvent[] {
    return clusters.flatMap((cluster) => {
      const [last] = this.#parts.clusters.events(cluster, 1).events;
      const isSame = this.#seen.get(cluster) === last;
      this.#seen.set(cluster, last);
      return isSame ? [] : [clusterEvent(cluster)];
    });
  }
}
