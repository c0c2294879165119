import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CheckDefinition, SetThreshold } from '../../../src/core/checks/definition.ts';
import { type Evaluation, evaluate } from '../../../src/core/checks/evaluate.ts';
import { isFailing } from '../../../src/core/checks/status.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import { metricKey } from '../../../src/core/metrics/metric.ts';
import { segmentLabel } from '../../../src/core/metrics/segments/segment-label.ts';
import { type Replay, type ReplayInput, replayPolicy } from '../../../src/core/policies/replay.ts';
import { partsOfKey } from '../../../src/core/policies/stored-value.ts';
import { noHistory } from '../../../src/core/thresholds/history.ts';
import { definitionOf, historyOf, keyOf, nowAt, schema, type Trouble, targetOf } from '../checks/flights.ts';

const days = 45;
const troubles: Readonly<Record<number, Trouble>> = {
  24: { rows: 150 },
  30: { nullPercent: 40 },
  31: { nullPercent: 40 },
  40: { factor: 9 },
  43: { rows: 0 },
};

let cached: readonly Evaluation[] | undefined;

/** 45 days with five broken ones, judged live. */
function past(): readonly Evaluation[] {
  const targets = Array.from({ length: days }, (_, nth) => targetOf(nth, troubles[nth]));
  cached ??= evaluate({
    definition: definitionOf(),
    now: nowAt(days),
    history: noHistory,
    targets,
  }).evaluations;
  return cached;
}

function inputOf(of: Partial<ReplayInput> = {}): ReplayInput {
  const history = historyOf(past());
  return {
    definition: definitionOf(),
    measuredBy: definitionOf(),
    history,
    schemas: Object.fromEntries(history.partitions.map(({ key }) => [key, schema])),
    start: 0,
    end: history.partitions.length,
    ...of,
  };
}

let replayed: Replay | undefined;

/** The policy in force, replayed once for all tests. */
function registeredReplay(): Replay {
  replayed ??= replayPolicy(inputOf());
  return replayed;
}

function alarmKeys({ partitions }: Replay): string[] {
  return partitions.flatMap(({ partition, alarms }) =>
    alarms.map(({ check, status }) => `${partition} ${check} ${status}`),
  );
}

const rowsSet = (least: number): CheckDefinition => {
  const threshold: SetThreshold = {
    kind: 'set',
    level: 'fail',
    conditions: [{ operator: 'must_be_greater_than', value: least }],
  };
  return { metric: 'row_count', settings: {}, threshold };
};

describe('replayPolicy', () => {
  it('gives the very verdicts that the live check gave', () => {
    const live = past().flatMap(({ revision, results }) =>
      results
        .filter(({ status }) => isFailing(status))
        .map(({ check, status }) => `${revision.partition} ${check} ${status}`),
    );
    const replay = registeredReplay();
    assert.ok(live.length > 10);
    assert.equal(replay.totals.alarms, live.length);
    const shown = new Set(live);
    for (const alarm of alarmKeys(replay)) assert.ok(shown.has(alarm), alarm);
  });

  it('merges alarms of the same checks on neighbouring partitions into one incident', () => {
    const { incidents } = registeredReplay();
    const nulls = incidents.filter(({ lines }) => lines.some(({ text }) => text.includes('null_percent')));
    assert.deepEqual(
      nulls.map(({ firstPartition, lastPartition }) => [firstPartition, lastPartition]),
      [[keyOf(30), keyOf(31)]],
    );
    assert.ok(incidents.some(({ firstPartition }) => firstPartition === keyOf(24)));
    assert.ok(incidents.some(({ title }) => title.includes('there are no rows')));
  });

  it('learns from the partitions before its frame, and judges those within alone', () => {
    const whole = registeredReplay();
    const part = replayPolicy(inputOf({ start: 28, end: 42 }));
    assert.equal(part.partitions.length, 14);
    assert.deepEqual(part.partitions, whole.partitions.slice(28, 42));
    assert.ok(part.partitions.every(({ learned }) => learned > 0));
  });

  it('says what a stricter policy adds, and what a laxer one takes away', () => {
    const strict = definitionOf([rowsSet(410)]);
    const added = replayPolicy(inputOf({ definition: strict, registered: definitionOf() })).today;
    assert.ok(added !== undefined && added.added.count > 5);
    assert.equal(added.vanished.count, 0);
    assert.ok(added.added.worst.every(({ check }) => check === 'row_count must be greater than 410'));
    const lax: DatasetDefinition = definitionOf([
      {
        metric: 'row_count',
        settings: {},
        threshold: { kind: 'learned', enabled: false, direction: 'both', sensitivity: 'medium' },
      },
    ]);
    const { today, totals } = replayPolicy(inputOf({ definition: lax, registered: definitionOf() }));
    assert.ok(today !== undefined);
    assert.ok(today.vanished.worst.some(({ check }) => check === 'row_count'));
    assert.equal(today.kept + today.added.count, totals.alarms);
    assert.equal(today.kept + today.vanished.count, today.totals.alarms);
  });

  it('names what nobody has measured yet instead of passing over it', () => {
    const definition: DatasetDefinition = {
      ...definitionOf(
        [{ ...rowsSet(1), metric: 'custom_sql', name: 'mean', settings: { query: 'select 1' } }],
        [
          {
            name: 'delay',
            checks: [{ ...rowsSet(1), metric: 'percentile', settings: { percentile: 0.33 } }],
          },
        ],
      ),
      missingValues: ['-'],
      segments: [{ columns: ['origin'], groupsMax: 5, metrics: ['row_count'] }],
    };
    const replay = replayPolicy(inputOf({ definition, registered: definitionOf() }));
    const named = replay.notMeasured.map(({ check }) => check).join('\n');
    for (const part of ['mean', 'delay.p33', 'missing_count and missing_percent', 'segments by origin']) {
      assert.ok(named.includes(part), `${part} in ${named}`);
    }
    assert.ok(!alarmKeys(replay).some((alarm) => alarm.endsWith(' error')));
  });

  it('does not take the answer to another query for that of this one', () => {
    const query = (sql: string): DatasetDefinition =>
      definitionOf([{ ...rowsSet(1), metric: 'custom_sql', name: 'mean', settings: { query: sql } }]);
    const input = inputOf();
    const [first] = input.history.series;
    assert.ok(first !== undefined);
    const history = {
      ...input.history,
      series: [...input.history.series, { ...first, metric: 'custom_sql(mean)' }],
    };
    const same = replayPolicy({ ...input, history, definition: query('a'), measuredBy: query('a') });
    assert.deepEqual(same.notMeasured, []);
    const other = replayPolicy({ ...input, history, definition: query('b'), measuredBy: query('a') });
    assert.equal(other.notMeasured.length, 1);
  });

  it('counts incidents against the budget over the partitions that had a history to learn from', () => {
    const { totals } = registeredReplay();
    assert.equal(totals.partitions, days);
    assert.ok(totals.judged > 30 && totals.judged < days);
    assert.equal(totals.incidentsPer30, (30 * totals.learnedIncidents) / totals.judged);
    // The day without rows is no matter of chance.
    assert.equal(totals.learnedIncidents, totals.incidents - 1);
    assert.ok(Math.abs(totals.budgetPer30 - 30 / 30.4375) < 1e-9);
  });

  it('counts learned incidents also where a set bound is violated every day, which used to hide them all', () => {
    const always: SetThreshold = {
      kind: 'set',
      level: 'warn',
      conditions: [{ operator: 'must_be_less_than', value: 0 }],
    };
    const definition = definitionOf([{ metric: 'row_count', settings: {}, threshold: always }]);
    const { totals } = replayPolicy(inputOf({ definition }));
    assert.equal(totals.incidents, 1, 'they are all one incident');
    assert.equal(totals.learnedIncidents, registeredReplay().totals.learnedIncidents);
  });

  it('takes nothing from the budget for partitions that people called an error', () => {
    const { partitions, series } = inputOf().history;
    const confirmed = partitions.map((one, nth) =>
      nth === 24 ? { ...one, feedback: 'real_error' as const } : one,
    );
    const { totals } = replayPolicy(inputOf({ history: { partitions: confirmed, series } }));
    assert.ok(totals.learnedIncidents < registeredReplay().totals.learnedIncidents);
    assert.equal(totals.learnedIncidents, totals.incidents - 2, 'nor for the day without rows');
  });

  it('gives the series behind the incidents with their bands and alarms', () => {
    const { metrics, incidents } = registeredReplay();
    const rows = metrics.find(({ metric }) => metric === 'row_count');
    assert.ok(rows !== undefined && incidents.some(({ metrics: own }) => own.includes('row_count')));
    assert.equal(rows.values[24], 150);
    assert.equal(rows.alarms[24], 'fail');
    assert.ok((rows.lower[24] ?? 0) > 150 && (rows.upper[24] ?? 0) < 1_000);
    for (const list of [rows.values, rows.lower, rows.upper, rows.alarms]) assert.equal(list.length, days);
  });

  it('says what is normal next, which changes as soon as people call an alarm expected', () => {
    const nextOf = (feedback?: 'expected' | 'new_normal') => {
      const { partitions, series } = inputOf().history;
      const said = partitions
        .slice(0, 25)
        .map((one, nth) => (nth === 24 && feedback !== undefined ? { ...one, feedback } : one));
      const first = series.map((one) => {
        return { ...one, values: one.values.slice(0, 25), rows: one.rows.slice(0, 25) };
      });
      const history = { partitions: said, series: first };
      const { metrics } = replayPolicy(inputOf({ history, end: 25 }));
      const next = metrics.find(({ metric }) => metric === 'row_count')?.next;
      assert.ok(next !== undefined && next.lower !== null && next.upper !== null);
      return { lower: next.lower, upper: next.upper };
    };
    const unanswered = nextOf();
    assert.ok(unanswered.lower > 150, 'the broken day is still one');
    assert.ok(nextOf('expected').lower < unanswered.lower);
    assert.ok(nextOf('new_normal').upper < unanswered.upper);
  });

  it('gives the series that somebody asks for, first', () => {
    const { metrics } = replayPolicy(inputOf({ shown: ['delay.max', 'nobody.avg'] }));
    assert.equal(metrics[0]?.metric, 'delay.max');
    assert.ok(metrics.every(({ metric }) => metric !== 'nobody.avg'));
  });
});

describe('partsOfKey', () => {
  it('finds column, metric and segment again, whatever the names hold', () => {
    const columns = ['a', 'a.b', 'delay', 'x[y'];
    for (const column of [undefined, ...columns]) {
      for (const metric of ['avg', 'p99.9', 'invalid_percent(regex=^[A-Z]{3}$)']) {
        for (const segment of [undefined, 'origin=SFO', segmentLabel(['kind'], ['[x]'])]) {
          const key = metricKey(metric, column, segment);
          const parts = partsOfKey(key, columns);
          assert.deepEqual([parts.column, parts.metric, parts.segment], [column, metric, segment], key);
        }
      }
    }
  });
});
