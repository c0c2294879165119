import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jobId, nodeId, taskName } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import {
  bendOf,
  type CapacityPoint,
  capacityPoint,
  startLatencies,
  taskRate,
} from '../../../src/core/drills/capacity.ts';
import type { DrilledJob } from '../../../src/core/drills/history.ts';
import { datasetOf } from '../../support/names.ts';

type Times = {
  readonly created: number;
  readonly ended?: number;
  readonly tasks?: readonly [number, number][];
};

function job({ created, ended, tasks = [] }: Times): DrilledJob {
  return {
    id: jobId(`j${created}`),
    dataset: datasetOf('drill'),
    kind: 'exercise',
    spec: { kind: 'exercise', tasks: tasks.length, busyMs: 0 },
    state: ended === undefined ? 'open' : 'succeeded',
    createdAt: instant(created),
    ...(ended === undefined ? {} : { endedAt: instant(ended) }),
    tasks: tasks.map(([startedAt, endedAt], number) => ({
      name: taskName(`exercise/${number}`),
      status: 'done',
      attempts: 1,
      node: nodeId('n1'),
      startedAt: instant(startedAt),
      endedAt: instant(endedAt),
    })),
  };
}

function point(jobs: number, jobsPerSecond: number): CapacityPoint {
  return { nodes: 1, jobs, jobsPerSecond, tookMs: (jobs * 1_000) / jobsPerSecond, latency: noSpread };
}

const noSpread = { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };

describe('the capacity of a cluster', () => {
  it('is counted from the first submission to the last end', () => {
    const counted = capacityPoint(2, [job({ created: 0, ended: 100 }), job({ created: 50, ended: 500 })]);
    assert.deepEqual([counted?.jobs, counted?.tookMs, counted?.jobsPerSecond], [2, 500, 4]);
    assert.deepEqual([counted?.latency.p50, counted?.latency.max], [100, 450]);
  });

  it('is not counted while a job has not ended, nor without any', () => {
    assert.equal(capacityPoint(2, [job({ created: 0, ended: 100 }), job({ created: 50 })]), undefined);
    assert.equal(capacityPoint(2, []), undefined);
  });

  it('in tasks goes from the first start to the last commit', () => {
    const jobs = [
      job({ created: 0, tasks: [[10, 20]] }),
      job({
        created: 0,
        tasks: [
          [15, 110],
          [12, 30],
        ],
      }),
    ];
    assert.deepEqual(taskRate(4, jobs), { nodes: 4, tasks: 3, tookMs: 100, tasksPerSecond: 30 });
    assert.equal(taskRate(4, []).tasksPerSecond, 0);
  });

  it('knows when the first task of each job began', () => {
    const jobs = [
      job({
        created: 5,
        tasks: [
          [40, 50],
          [20, 60],
        ],
      }),
      job({ created: 7 }),
    ];
    assert.deepEqual(startLatencies(jobs), [15]);
  });

  it('bends where more jobs at once are done hardly faster', () => {
    const points = [point(100, 290), point(1, 10), point(10, 95), point(1_000, 300), point(5_000, 280)];
    assert.equal(bendOf(points)?.jobs, 100);
    assert.equal(bendOf([point(1, 10), point(10, 100)]), undefined, 'it still rises');
    assert.equal(bendOf([]), undefined);
  });
});
