import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../src/base/units.ts';
import type { LiveJob } from '../../../src/core/jobs/live.ts';
import type { ClusterView } from '../../../src/core/membership/cluster-view.ts';
import { emptyMemory, type LeaderMemory } from '../../../src/core/placement/memory.ts';
import { reconcile } from '../../../src/core/placement/reconcile.ts';
import { placementRules } from '../../../src/core/placement/rules.ts';
import {
  decided,
  describeNode,
  liveJob,
  liveTask,
  reportOf,
  startOfTime,
  viewOf,
} from '../../support/live-cluster.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';

/** Jain's index of fairness: 1 when all shares are equal, 1/n when one has everything. */
function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return (sum * sum) / (shares.length * squares);
}

/** Lets nodes end tasks at random, tick after tick; returns the datasets in the order in which tasks began. */
function simulate(jobs: readonly LiveJob[], ticks: number, durations: LeaderMemory['durations']): string[] {
  const random = createSeededRandom(7);
  const nodes = Array.from({ length: 4 }, (_, at) => describeNode(`n${at}`, 2));
  let view: ClusterView = viewOf({ nodes, jobs });
  let memory: LeaderMemory = { ...emptyMemory, durations };
  const begun: string[] = [];
  const running = new Map<string, Set<string>>(nodes.map((node) => [node.id, new Set()]));
  for (let tick = 0; tick < ticks; tick += 1) {
    const now = instant(startOfTime + tick * 10);
    const result = reconcile({
      view,
      now,
      epoch: 1n,
      chance: random.next(),
      held: new Set(),
      memory,
      rules: placementRules,
    });
    memory = { ...result.memory, durations };
    view = decided(view, result);
    const reports = nodes.map((node) => {
      const list = view.work.get(node.id) ?? [];
      const ended = list.filter(
        (each) => running.get(node.id)?.has(each.task) === true && random.next() < 0.1,
      );
      const rest = list.filter((each) => !ended.includes(each)).slice(0, node.slots);
      for (const each of rest) {
        if (running.get(node.id)?.has(each.task) !== true) begun.push(each.job);
      }
      running.set(node.id, new Set(rest.map((each) => each.task)));
      return reportOf(node.id, {
        at: now,
        running: rest.map(({ task, attempt, assignedAt }) => ({ task, attempt, assignedAt })),
        ended: ended.map(({ task, attempt, assignedAt }) => ({
          task,
          attempt,
          assignedAt,
          end: { kind: 'committed' },
        })),
      });
    });
    view = { ...view, reports: new Map(reports.map((report) => [report.node, report])) };
  }
  return begun;
}

function backlog(id: string, tasks: number): LiveJob {
  const list = Array.from({ length: tasks }, (_, at) => liveTask(`t${at}`));
  return liveJob({ id, dataset: id, kind: 'backfill', tasks: list });
}

describe('the order of service', () => {
  const jobs = ['a', 'b', 'c', 'd', 'e'].map((id) => backlog(id, 60));

  for (const [name, durations] of [
    ['long', new Map()],
    ['short', new Map([['ingest', [5, 5, 5, 5]] as const])],
  ] as const) {
    it(`shares slots fairly among datasets of one class though one has twenty times as much, with ${name} tasks`, () => {
      const begun = simulate([backlog('huge', 1_200), ...jobs], 300, durations);
      assert.ok(begun.length > 150, `only ${begun.length} tasks began`);
      const counts = ['huge', 'a', 'b', 'c', 'd', 'e'].map((id) => begun.filter((job) => job === id).length);
      assert.ok(jain(counts) > 0.97, `${counts.join(' ')}: ${jain(counts)}`);
    });
  }

  it('gives all slots to whoever has work when the others have none', () => {
    const begun = simulate([backlog('huge', 1_200), backlog('small', 3)], 200, new Map());
    assert.equal(begun.filter((job) => job === 'small').length, 3);
    assert.ok(begun.filter((job) => job === 'huge').length > 100);
  });
});
