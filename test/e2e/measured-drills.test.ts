import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { CapacityReport, RecoveryReport } from '../../src/cli/drills/measured-drills.ts';
import { runAssay } from '../support/service-process.ts';

/** Short forms of the drills that measure, on real clusters. No figure is judged here: the machine may be busy. */
describe('a drill that measures', () => {
  let folder: string;

  before(async () => {
    folder = await passable(join(tmpdir(), 'assay-drills-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function drilled<Report>(
    ...args: readonly string[]
  ): Promise<{ code: number | null; report: Report }> {
    const files = { html: join(folder, 'report.html'), json: join(folder, 'report.json') };
    const scratch = await passable(join(folder, 'scratch-'));
    const run = await runAssay(['drill', ...args, '--report', files.html, '--json', files.json], {
      TMPDIR: scratch,
    });
    assert.ok(run.code === 0 || run.code === 1, `${run.out}${run.err}`);
    assert.deepEqual(await readdir(scratch), []);
    assert.match(await readFile(files.html, 'utf8'), /drill (?:passed|failed)<\/h1>/);
    return { code: run.code, report: JSON.parse(await readFile(files.json, 'utf8')) as Report };
  }

  it('measures capacity while the cluster grows, and finds every job done exactly once', async () => {
    const size = [
      '--nodes',
      '1,2',
      '--jobs',
      '1,8',
      '--tasks',
      '40',
      '--latency-jobs',
      '3',
      '--backfill',
      '',
    ];
    const { code, report } = await drilled<CapacityReport>('capacity', '--slots', '2', ...size);
    assert.deepEqual([code, report.findings, report.cutShort], [0, [], undefined]);
    assert.deepEqual(
      report.points.map(({ nodes, jobs }) => [nodes, jobs]),
      [
        [1, 1],
        [1, 8],
        [2, 1],
        [2, 8],
      ],
    );
    for (const { jobsPerSecond, latency } of report.points) assert.ok(jobsPerSecond > 0 && latency.max > 0);
    assert.deepEqual(
      report.rates.map(({ nodes, tasks }) => [nodes, tasks]),
      [
        [1, 40],
        [2, 40],
      ],
    );
    assert.ok(report.rates.every(({ processors }) => processors.some(({ who }) => who === 'leader')));
    assert.equal(report.startLatency.count, 3);
    assert.deepEqual(report.judged, { jobs: 3 + 2 * (1 + 8 + 8), tasks: 3 + 2 * (1 + 8 + 40) });
  });

  it('measures how long work takes to go on after a node was frozen, and sees its late commits refused', async () => {
    const wish = ['--repeats', '1', '--only', 'node frozen', '--nodes', '2'];
    const { report } = await drilled<RecoveryReport>('recovery', ...wish);
    const [frozen] = report.times;
    assert.deepEqual([report.findings, frozen?.failures], [[], []]);
    const [repeat] = frozen?.measured ?? [];
    assert.ok(repeat !== undefined && repeat.ms > 0);
    assert.ok((repeat.refused ?? 0) >= 1, 'a late commit was refused');
  });
});

/** A new directory that PostgreSQL, which does not run as root, can pass through. */
async function passable(prefix: string): Promise<string> {
  const directory = await mkdtemp(prefix);
  await chmod(directory, 0o711);
  return directory;
}
