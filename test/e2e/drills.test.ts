import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DrillReport } from '../../src/core/drills/drill-report.ts';
import type { DrillEvent } from '../../src/core/drills/events.ts';
import { runAssay } from '../support/service-process.ts';

/** Started by root, PostgreSQL runs as another user, who has to pass. */
const passable = 0o711;

type DrillFile = DrillReport & { readonly events: readonly DrillEvent[] };

/** Drills of a few jobs on a real cluster; the long ones are `npm run drill:failure` and `drill:upgrade`. */
describe('a drill', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-drills-'));
    await chmod(folder, passable);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function drilled(...args: readonly string[]) {
    const files = { html: join(folder, 'report.html'), json: join(folder, 'report.json') };
    const size = ['--jobs', '30', '--nodes', '2', '--seed', '2001'];
    // Where it keeps everything, to see that nothing is left.
    const scratch = await mkdtemp(join(folder, 'scratch-'));
    await chmod(scratch, passable);
    const run = await runAssay(['drill', ...args, ...size, '--report', files.html, '--json', files.json], {
      TMPDIR: scratch,
    });
    assert.equal(run.code, 0, `${run.out}${run.err}`);
    assert.deepEqual(await readdir(scratch), []);
    const report = JSON.parse(await readFile(files.json, 'utf8')) as DrillFile;
    assert.deepEqual(report.verdict.findings, []);
    assert.equal(report.passed, true);
    assert.match(await readFile(files.html, 'utf8'), /drill passed<\/h1>/);
    assert.match(run.out, /✓ passed/);
    return report;
  }

  it('of failures kills and freezes real processes, and every job is done correctly exactly once', async () => {
    const { faults, events, verdict, nodes } = await drilled('failure', '--faults', '6');
    assert.deepEqual(
      faults.map(({ number }) => number),
      [1, 2, 3, 4, 5, 6],
    );
    // The gravest come first, whatever the seed: a zone, a leader, both kinds of servers, nodes.
    assert.ok(faults.some(({ what }) => what.startsWith('zone ')));
    assert.ok(faults.some(({ what }) => what.startsWith('leader ')));
    const downs = events.filter(({ event, state }) => event === 'process' && state === 'down');
    assert.ok(downs.length >= 6, 'processes died');
    assert.deepEqual([verdict.counts.jobs, verdict.counts.messages], [30, 6]);
    assert.ok(verdict.counts.incidents > 0, 'partitions of the work were bad');
    const worked = nodes.reduce((sum, { tasks }) => sum + tasks, 0);
    assert.equal(worked, verdict.counts.tasks, 'every task was done by a node of the cluster');
  });

  it('of an upgrade replaces every process, and the new ones get the work', async () => {
    const { faults, nodes, verdict } = await drilled('upgrade');
    const replaced = faults.flatMap(({ targets }) => targets).toSorted();
    assert.deepEqual(replaced, [
      'api-1',
      'manager-ingestion-1',
      'manager-ingestion-2',
      'manager-quality-1',
      'manager-quality-2',
      'node-ingestion-a1',
      'node-ingestion-b1',
      'node-quality-a1',
      'node-quality-b1',
      'scheduler-1',
      'zookeeper-1',
      'zookeeper-2',
      'zookeeper-3',
    ]);
    for (const { versions } of nodes) assert.deepEqual(versions, ['0.1.0+before', '0.1.0+after']);
    assert.equal(verdict.counts.retries, 0);
  });
});
