import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { incidentId } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { instant } from '../../../src/base/units.ts';
import { countStatuses, isFailing } from '../../../src/core/checks/status.ts';
import type { Incident } from '../../../src/core/incidents/incident.ts';
import { mergeResults } from '../../../src/core/incidents/merge-results.ts';
import {
  backfillMessage,
  failureMessage,
  partitionMessage,
} from '../../../src/core/notifications/messages.ts';
import { flights, judgeNext, keyOf, nowAt, pastCount, pastDays } from '../checks/flights.ts';

const at = nowAt(pastCount + 1);

describe('partitionMessage', () => {
  it('is one digest of a broken partition: title, a line for each column, the incident', () => {
    const evaluation = judgeNext({ rows: 200, nullPercent: 25 });
    const incidents = mergeResults({
      unresolved: [],
      evaluations: [evaluation],
      before: [],
      now: at,
      newId: () => incidentId('i-1'),
      mode: 'check',
    });
    const { results, revision } = evaluation;
    const message = partitionMessage({ ...revision, revision: 1, results, incidents, at });
    assert.equal(message.status, 'fail');
    assert.match(
      message.title,
      /^flights 2001-02-10: half of the rows are missing, \d+(\.\d+)? % of delay is null/,
    );
    assert.deepEqual(
      message.incidents.map(({ id, state, title }) => [id, state, title === message.title]),
      [['i-1', 'new', true]],
    );
    assert.equal(message.lines.filter((line) => line.includes('delay:')).length, 1);
    assert.match(message.lines.join('\n'), /fail: row_count 200; expected 3\d\d–4\d\d/);
    const { pass, warn, fail, error, not_evaluated: open } = message.counts;
    assert.equal(pass + warn + fail + error + open, results.length);
  });

  it('says in one line that all is well', () => {
    const { results, revision } = judgeNext();
    const message = partitionMessage({ ...revision, revision: 1, results, incidents: [], at });
    assert.match(message.title, /^flights 2001-02-10: all checks pass, row_count 4\d\d$/);
    assert.deepEqual(message.lines, []);
  });

  it('has a bounded number of lines and counts the rest', () => {
    const { revision, results: good } = judgeNext();
    const record = { kind: 'error', code: 'METRIC_NOT_FOUND', message: 'there is no such metric' } as const;
    const results = good.slice(0, 1).flatMap((result) =>
      Array.from({ length: 90 }, (_, nth) => {
        const check = `c${nth}.avg`;
        return { ...result, check, metric: check, status: 'fail', record, severity: 1 + nth } as const;
      }),
    );
    const message = partitionMessage({ ...revision, revision: 1, results, incidents: [], at });
    assert.equal(message.lines.length, limits.messageLinesMax);
    assert.match(message.lines[0] ?? '', /c89\.avg/);
    assert.equal(message.lines.at(-1), 'and 71 more');
  });
});

describe('what a digest says of its incidents', () => {
  const merge = (unresolved: readonly Incident[], evaluation: ReturnType<typeof judgeNext>) =>
    mergeResults({
      unresolved,
      evaluations: [evaluation],
      before: [],
      now: at,
      newId: () => incidentId('i-1'),
      mode: 'check',
    });
  const eventIn = (
    incidents: readonly Incident[],
    evaluation: ReturnType<typeof judgeNext>,
    knownResolved?: ReadonlySet<string>,
  ) => {
    const { results, revision } = evaluation;
    const message = partitionMessage({
      dataset: revision.dataset,
      partition: revision.partition,
      revision: revision.number,
      results,
      incidents,
      ...(knownResolved === undefined ? {} : { knownResolved }),
      at,
    });
    return message.incidents.map(({ event }) => event);
  };
  const broken = judgeNext({ rows: 200 });
  const opened = merge([], broken);

  it('the check that opened one says so', () => {
    assert.deepEqual(eventIn(opened, broken), ['opened']);
  });

  it('a good revision resolves it, and that is told once', () => {
    const good = judgeNext({});
    const restated = { ...good, revision: { ...good.revision, number: 2 } };
    const resolved = merge(opened, restated);
    assert.deepEqual(eventIn(resolved, restated), ['resolved']);
    assert.deepEqual(eventIn(resolved, restated, new Set(['i-1'])), [undefined]);
  });

  it('one that was there before has changed', () => {
    const since = opened.map((incident) => ({ ...incident, updatedAt: instant(at + 1) }));
    assert.deepEqual(eventIn(since, broken), ['changed']);
  });
});

describe('backfillMessage', () => {
  it('says what was learned and where the history alarms', () => {
    const bad = judgeNext({ rows: 100 });
    const partitions = [...pastDays(), bad].map(({ revision, results }) => ({
      partition: revision.partition,
      counts: countStatuses(results),
      failing: results.filter(({ status }) => isFailing(status)),
    }));
    const message = backfillMessage({ dataset: flights, partitions, incidents: [], at });
    assert.match(
      message.title,
      /^flights: learned from 41 partitions, 2001-01-01 to 2001-02-10; alarms in \d+ of them$/,
    );
    assert.match(message.lines[0] ?? '', /^2001-02-10: fail: .+\(and \d+ more\)$/);
    assert.equal(message.status, 'fail');
    assert.ok(message.counts.pass > message.counts.fail && message.counts.fail > 0);
  });

  it('of a clean history says that it passes, and counts what passed', () => {
    const counts = { pass: 7, warn: 0, fail: 0, error: 0, not_evaluated: 2 };
    const partitions = [keyOf(1), keyOf(2)].map((partition) => ({ partition, counts, failing: [] }));
    const message = backfillMessage({ dataset: flights, partitions, incidents: [], at });
    assert.equal(message.status, 'pass');
    assert.deepEqual(message.counts, { ...counts, pass: 14, not_evaluated: 4 });
    assert.match(message.title, /learned from 2 partitions.*no alarm in them$/);
  });

  it('of nothing is a message too', () => {
    const message = backfillMessage({ dataset: flights, partitions: [], incidents: [], at });
    assert.equal(message.title, 'flights: learned from 0 partitions; no alarm in them');
    assert.equal(message.status, 'not_evaluated');
  });
});

describe('failureMessage', () => {
  it('names cause and remedy', () => {
    const message = failureMessage({
      dataset: flights,
      partition: keyOf(3),
      failure: {
        code: 'SOURCE_UNREADABLE',
        message: 'flights.csv is cut off',
        hint: 'deliver it again',
        causes: ['unexpected end of file'],
      },
      incidents: [],
      at,
    });
    assert.equal(message.status, 'error');
    assert.equal(message.title, 'flights 2001-01-04: could not be read: flights.csv is cut off');
    assert.deepEqual(message.lines, [
      'SOURCE_UNREADABLE: flights.csv is cut off',
      'what to do: deliver it again',
      'caused by: unexpected end of file',
    ]);
  });
});
