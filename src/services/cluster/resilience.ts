import type { ClusterName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { type Instant, instant } from '../../base/units.ts';
import type { WorkFigures, WorkHistory } from '../../ports/work-figures.ts';
import { BackgroundLoop } from '../background-loop.ts';
import type { Kit } from '../kit.ts';
import type { Service } from '../lifecycle.ts';
import type { ClusterStateView } from './cluster-views.ts';
import type { ClusterWatch } from './cluster-watch.ts';
import { type OwnFigure, ownFigures } from './own-figures.ts';

/** How a cluster was at one moment. */
export type ClusterSample = {
  readonly at: Instant;
  readonly nodes: number;
  readonly slots: number;
  readonly busy: number;
  /** Live tasks that wait for a slot or for others. */
  readonly waiting: number;
  /** Absent while the database does not answer. */
  readonly jobsOpen?: number;
  /** Mean of all nodes, 0–1. */
  readonly cpu: number;
  readonly memory: number;
};

export type ResilienceView = {
  /** Since when this process looks at the clusters. */
  readonly since: Instant;
  /** At most `samplesKept`, oldest first. */
  readonly clusters: Readonly<Record<ClusterName, readonly ClusterSample[]>>;
  /** Of the last day, from the database: over all processes. */
  readonly work: WorkHistory & { readonly from: Instant; readonly bucketMs: number };
  /** Of the process that answers, since its start. */
  readonly own: readonly OwnFigure[];
};

const clusterNames = ['ingestion', 'quality'] as const;

/**
 * How well the clusters bear failures and load: the last hour as this process sees it, in memory alone, and the last day of
 * work from the database.
 */
export class Resilience implements Service {
  readonly name = 'resilience';
  readonly #kit: Kit;
  readonly #parts: { readonly clusters: Pick<ClusterWatch, 'state'>; readonly figures: WorkFigures };
  readonly #samples: Readonly<Record<ClusterName, ClusterSample[]>> = { ingestion: [], quality: [] };
  readonly #since: Instant;
  readonly #loop: BackgroundLoop;
  #work: { readonly at: Instant; readonly answer: Promise<ResilienceView['work']> } | undefined;

  constructor(
    kit: Kit,
    parts: { readonly clusters: Pick<ClusterWatch, 'state'>; readonly figures: WorkFigures },
  ) {
    this.#kit = kit;
    this.#parts = parts;
    this.#since = kit.clock.now();
    this.#loop = new BackgroundLoop(kit, {
      name: this.name,
      pauseMs: limits.resilienceSampleMs,
      round: async () => {
        await Promise.all(clusterNames.map((cluster) => this.#sample(cluster)));
        return false;
      },
    });
  }

  start(): Promise<void> {
    return this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async view(): Promise<ResilienceView> {
    const [work, text] = await Promise.all([this.#readWork(), this.#kit.telemetry.render()]);
    const { ingestion, quality } = this.#samples;
    return { since: this.#since, clusters: { ingestion, quality }, work, own: ownFigures(text) };
  }

  async #sample(cluster: ClusterName): Promise<void> {
    const samples = this.#samples[cluster];
    const state = await this.#parts.clusters.state(cluster);
    // Nothing was seen yet: that is no cluster without nodes.
    if (state.seenAt === undefined) return;
    samples.push(sampleOf(state, this.#kit.clock.now()));
    samples.splice(0, Math.max(0, samples.length - limits.resilienceSamplesKept));
  }

  /** The history is read once for all who look within a few seconds. */
  #readWork(): Promise<ResilienceView['work']> {
    const now = this.#kit.clock.now();
    if (this.#work !== undefined && now - this.#work.at < limits.resilienceSampleMs) return this.#work.answer;
    const bucketMs = limits.resilienceBucketMs;
    const from = instant(Math.floor((now - limits.resilienceSpanMs) / bucketMs) * bucketMs);
    const answer = this.#parts.figures
      .since({ from, bucketMs })
      .then((work) => ({ ...work, from, bucketMs }));
    this.#work = { at: now, answer };
    answer.catch(() => {
      this.#work = undefined;
    });
    return answer;
  }
}

function sampleOf(
  { nodes, slots, slotsBusy, tasks, jobsOpen }: ClusterStateView,
  at: Instant,
): ClusterSample {
  const mean = (of: (node: (typeof nodes)[number]) => number): number =>
    nodes.length === 0 ? 0 : nodes.reduce((sum, node) => sum + of(node), 0) / nodes.length;
  return {
    at,
    nodes: nodes.length,
    slots,
    busy: slotsBusy,
    waiting: tasks.blocked + tasks.waiting,
    ...(jobsOpen === undefined ? {} : { jobsOpen }),
    cpu: mean(({ cpu }) => cpu),
    memory: mean(({ memoryMb, memoryUsedMb }) => (memoryMb === 0 ? 0 : memoryUsedMb / memoryMb)),
  };
}
