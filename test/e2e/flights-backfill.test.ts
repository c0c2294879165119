import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { explainResult } from '../../src/core/checks/explain.ts';
import { recomputeResult } from '../../src/core/checks/recompute.ts';
import type { Result } from '../../src/core/checks/result.ts';
import { publishHistory } from '../../src/demo/flight-data.ts';
import { openServiceWorkplace, type ServiceWorkplace } from '../support/service-workplace.ts';

/** What can be said about a backfilled past, on three million real flights. */
describe('the past of the flights', () => {
  let workplace: ServiceWorkplace;

  before(async () => {
    workplace = await openServiceWorkplace(async (directory) => {
      await publishHistory(join(directory, 'flights'));
      const yaml = await readFile(join(import.meta.dirname, '../../examples/flights.yaml'), 'utf8');
      await writeFile(join(directory, 'flights.yaml'), yaml);
    });
    assert.equal((await workplace.assay('apply', '-f', 'flights.yaml')).exitCode, 0);
    const backfill = await workplace.assay('backfill', 'flights');
    assert.equal(backfill.exitCode, 0, backfill.errors);
  });

  after(() => workplace.close());

  const allResults = async (): Promise<Result[]> => {
    const { partitions } = (await workplace.call('GET', '/datasets/flights/partitions?limit=1000')).body;
    const pages: Result[][] = [];
    for (const { partition } of partitions) {
      const page = await workplace.service.client.results('flights', { partition, limit: 1_000 });
      assert.ok(page.ok);
      pages.push([...page.value.results]);
    }
    return pages.flat();
  };

  it('is recomputed bit for bit from the records of all verdicts, and explained without a hole', async () => {
    const results = await allResults();
    assert.ok(results.length > 10_000);
    const kinds = new Set<string>();
    for (const result of results) {
      const { record } = result;
      kinds.add(record.kind === 'learned' ? record.learned.state : record.kind);
      const where = `${result.check} on ${result.revision.partition}`;
      const recomputed = recomputeResult(result);
      assert.ok(recomputed.agrees, `${where}: ${recomputed.differences.join('; ')}`);
      const { headline, sentences } = explainResult(result);
      assert.ok(sentences.length > 0, where);
      assert.doesNotMatch([headline, ...sentences].join('\n'), /undefined|NaN|Infinity|\[object/, where);
    }
    for (const kind of ['learning', 'banded', 'constant', 'set', 'schema', 'rule']) {
      assert.ok(kinds.has(kind), `${kind} among ${[...kinds].join(', ')}`);
    }
  });

  it('gives again, replayed, the very verdicts that were stored', async () => {
    const { body } = await workplace.call('POST', '/datasets/flights/replay', {});
    const live = new Set(
      (await allResults())
        .filter(({ status }) => status === 'warn' || status === 'fail')
        .map(({ revision, check, status }) => `${revision.partition} ${check} ${status}`),
    );
    const replayed = body.partitions.flatMap(
      (one: { partition: string; alarms: { check: string; status: string }[] }) =>
        one.alarms.map(({ check, status }) => `${one.partition} ${check} ${status}`),
    );
    assert.ok(replayed.length > 0);
    for (const alarm of replayed) assert.ok(live.has(alarm), `${alarm} is not among the stored alarms`);
    assert.equal(body.totals.alarms, live.size);
  });

  it('speaks for checks that are accepted, and that no partition violates except those they name', async () => {
    const suggested = await workplace.assay('suggest', 'flights', '--out', 'suggested.yaml');
    assert.equal(suggested.exitCode, 0, suggested.errors);
    assert.match(suggested.errors, /flights: \d+ suggestions from 182 partitions with 3,000,000 rows/);
    const { body } = await workplace.call('GET', '/datasets/flights/suggestions');
    assert.equal(await readFile(join(workplace.directory, 'suggested.yaml'), 'utf8'), body.yaml);
    assert.match(
      body.yaml,
      /# 0 nulls in 182 partitions, 3,000,000 rows \(2001-01-01 … 2001-07-01\)\n +- null_percent/,
    );

    const replay = await workplace.assay('replay', 'flights', '--policy', 'suggested.yaml', '--json');
    const { worst, count } = replay.json.today.added;
    assert.equal(count, worst.length);
    for (const { partition, status, check } of worst) {
      assert.equal(status, 'warn', `${check} on ${partition}`);
      assert.ok(
        body.suggestions.some(({ evidence }: { evidence: string }) =>
          evidence.includes(`violated on ${partition}`),
        ),
      );
    }
    assert.equal(replay.json.today.vanished.count, 0);
    const applied = await workplace.assay('apply', '-f', 'suggested.yaml');
    assert.equal(applied.text.split('\n')[0], 'flights: changed (version 2)');
    assert.match(
      (await workplace.assay('suggest', 'flights')).text,
      /null_percent: \{must_be: 0, level: fail\}/,
    );
  });

  it('shows in one page what a policy would have done, before it goes live', async () => {
    await writeFile(
      join(workplace.directory, 'strict.yaml'),
      'policy: {alerts_per_month: 8}\nchecks:\n  - row_count: {must_be_greater_than: 14000}\n',
    );
    const strict = await workplace.assay(
      'replay',
      'flights',
      '--policy',
      'strict.yaml',
      '--from',
      '2001-02',
      '--html',
      'replay.html',
    );
    assert.ok(strict.exitCode === 0 || strict.exitCode === 2, strict.errors);
    assert.match(strict.text, /^flights: strict\.yaml over 151 partitions, 2001-02-01 to 2001-07-01\n/);
    assert.match(strict.text, /row_count [\d,]+; must be greater than 14,000/);
    assert.match(
      await readFile(join(workplace.directory, 'replay.html'), 'utf8'),
      /Alarms that would be new/,
    );
    const none = await workplace.assay('replay', 'flights', '--from', '2005-01-01');
    assert.equal(none.exitCode, 3);
    assert.match(none.errors, /error PARTITION_NOT_FOUND: flights has no evaluated partition in this frame/);
    await writeFile(join(workplace.directory, 'wrong.yaml'), 'checks:\n  - row_cuont: {must_be: 1}\n');
    const wrong = await workplace.assay('replay', 'flights', '--policy', 'wrong.yaml');
    assert.equal(wrong.exitCode, 3);
    assert.match(wrong.errors, /error CHECKS_INVALID: wrong\.yaml/);
  });
});
