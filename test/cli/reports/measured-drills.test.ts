import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CapacityReport, RecoveryReport } from '../../../src/cli/drills/measured-drills.ts';
import { capacityHtml } from '../../../src/cli/reports/drills/capacity-html.ts';
import { capacityText } from '../../../src/cli/reports/drills/capacity-text.ts';
import { recoveryHtml } from '../../../src/cli/reports/drills/recovery-html.ts';
import { recoveryText } from '../../../src/cli/reports/drills/recovery-text.ts';
import { spreadOf } from '../../../src/core/drills/figures.ts';

const look = { columns: 140, color: false };

const about = {
  command: 'assay drill …',
  version: '0.1.0',
  machine: '2 × any <processor>',
  cluster: 'a cluster',
  startedAt: 0,
  tookMs: 60_000,
};

function recovery(times: readonly number[], failures: readonly string[] = []): RecoveryReport {
  const spread = spreadOf(times);
  const isWhole = times.length > 0 && failures.length === 0;
  return {
    about,
    repeats: times.length + failures.length,
    times: [
      {
        name: 'node killed',
        what: 'from one thing to another',
        floorMs: 5_000,
        aimMs: 2_000,
        measured: times.map((ms) => ({ ms, refused: 1 })),
        spread,
        keepsFloor: isWhole && spread.max <= 5_000,
        reachesAim: isWhole && spread.p50 <= 2_000,
        failures,
      },
    ],
    findings: [],
    judged: { jobs: 3, tasks: 12 },
  };
}

describe('the report of a recovery drill', () => {
  it('tells median, longest, promise, aim and refused commits', () => {
    const text = recoveryText(recovery([600, 900, 4_000]), look);
    assert.match(text, /node killed .* 3 .* 900 ms .* 4\.0 s .* 4\.0 s .* 5\.0 s .* 2\.0 s ✓ .* 3 /);
    assert.match(text, /3 jobs, 12 tasks: ✓ every one was done correctly exactly once/);
    assert.match(recoveryHtml(recovery([600])), /<h1>Recovery drill passed<\/h1>/);
  });

  it('fails when one repeat broke the promise, or gave no time', () => {
    assert.match(
      recoveryHtml(recovery([600, 5_001])),
      /Recovery drill failed.*A promise was broken: node killed/s,
    );
    const without = recovery([600], ['it did not end']);
    assert.match(recoveryHtml(without), /Recovery drill failed.*it did not end/s);
    assert.match(recoveryText(without, look), /node killed: it did not end/);
  });

  it('shows what people wrote as text, never as markup', () => {
    assert.doesNotMatch(recoveryHtml(recovery([600])), /<processor>/);
  });
});

function capacity(findings: CapacityReport['findings'] = []): CapacityReport {
  const latency = spreadOf([10]);
  const point = (jobs: number, jobsPerSecond: number) => ({
    nodes: 2,
    jobs,
    jobsPerSecond,
    tookMs: 100,
    latency,
  });
  return {
    about,
    wish: { nodes: [2], jobs: [1, 10, 100], tasks: 500, latencyJobs: 1, backfillNodes: [2] },
    points: [point(1, 20), point(10, 190), point(100, 200)],
    rates: [
      {
        nodes: 2,
        tasks: 500,
        tookMs: 1_000,
        tasksPerSecond: 500,
        processors: [{ who: 'leader', processes: 1, cpuMs: 250 }],
      },
    ],
    startLatency: spreadOf([12, 30]),
    backfills: [{ nodes: 2, partitions: 182, rows: 3_000_000, tookMs: 30_000, speedUp: 1 }],
    findings,
    judged: { jobs: 111, tasks: 611 },
  };
}

describe('the report of a capacity drill', () => {
  it('tells rates, the bend, where the time goes, latencies and backfills', () => {
    const text = capacityText(capacity(), look);
    assert.match(text, /With 2 nodes the curve bends at 10 jobs at once \(190 per second\)\./);
    assert.match(text, /│ +2 │ +500 │ +500 │ leader 0\.5 +│/);
    assert.match(text, /p50 12 ms, p99 30 ms/);
    assert.match(text, /182 .* 3,000,000 .* 100,000 .* × 1\.00/);
  });

  it('draws the curves, with the bend marked', () => {
    const html = capacityHtml(capacity());
    assert.match(html, /<h1>Capacity drill passed<\/h1>/);
    assert.match(html, /<polyline points="[\d. ,]+"/);
    assert.match(html, />bends at 10</);
  });

  it('fails when a job was not done exactly once, however fast', () => {
    const report = capacity([{ kind: 'lost', what: 'the job <j1>' }]);
    assert.match(capacityHtml(report), /Capacity drill failed.*the job &#60;j1&#62;/s);
    assert.match(capacityText(report, look), /✗ 1 things are not as they must be/);
  });
});
