import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CounterWatch } from '../../../src/services/drills/counter-watch.ts';
import { leadersOf, sumOf, versionOf } from '../../../src/services/drills/process-probe.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { FakeLocalCluster, processNamed } from '../../support/fake-local-cluster.ts';

const metrics = (superseded: number) => `# HELP assay_commits_superseded_total refused
assay_commits_superseded_total{kind="ingest"} ${superseded}
assay_commits_superseded_total{kind="measure"} 1
assay_commits_superseded_total_more 99
`;

describe('what a process tells', () => {
  it('is summed over all labels of one metric', () => {
    assert.equal(sumOf(metrics(4), 'assay_commits_superseded_total'), 5);
    assert.equal(sumOf(metrics(4), 'assay_nodes_lost_total'), 0);
    assert.equal(sumOf('assay_manager_leader 1\n', 'assay_manager_leader'), 1);
  });

  it('says which version it is, if it says anything', async () => {
    const process = processNamed('node-quality-a1');
    assert.equal(await versionOf(async () => '{"status":"ok","version":"0.1.0+b2"}', process), '0.1.0+b2');
    assert.equal(await versionOf(async () => undefined, process), undefined);
  });

  it('says who leads each cluster; who is away is not asked', async () => {
    const cluster = new FakeLocalCluster([
      processNamed('manager-quality-1'),
      processNamed('manager-quality-2'),
      processNamed('manager-ingestion-1', { state: 'frozen' }),
    ]);
    const asked: string[] = [];
    const leaders = await leadersOf(async (url) => {
      asked.push(url);
      return `assay_manager_leader{cluster="quality"} ${url.includes('-2/') ? 1 : 0}\n`;
    }, cluster);
    assert.deepEqual([...leaders], [['quality', 'manager-quality-2']]);
    assert.equal(asked.length, 2);
  });
});

describe('the watch over counters', () => {
  it('adds up what processes counted, over their restarts', async () => {
    const clock = createFakeClock();
    const cluster = new FakeLocalCluster([processNamed('node-quality-a1', { pid: 1 })]);
    let superseded = 2;
    const watch = new CounterWatch(clock, cluster, async () => metrics(superseded));
    const over = new AbortController();
    const run = watch.run(over.signal);
    await clock.advance(2_100);
    superseded = 7;
    await clock.advance(2_100);
    // A new process counts from the beginning.
    cluster.change('node-quality-a1', { pid: 2 });
    superseded = 1;
    await clock.advance(2_100);
    over.abort();
    await clock.advance(10);
    await run;
    assert.deepEqual(
      watch.counted.map(({ by }) => by),
      [3, 5, 2],
    );
  });
});
