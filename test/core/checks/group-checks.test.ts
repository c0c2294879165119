import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { day, hour, instant } from '../../../src/base/units.ts';
import type { SegmentCheck, SetCondition } from '../../../src/core/checks/definition.ts';
import { type Evaluation, evaluate } from '../../../src/core/checks/evaluate.ts';
import { explainResult } from '../../../src/core/checks/explain.ts';
import { findCheck } from '../../../src/core/checks/find-check.ts';
import { recomputeResult } from '../../../src/core/checks/recompute.ts';
import type { Result } from '../../../src/core/checks/result.ts';
import { isFailing } from '../../../src/core/checks/status.ts';
import { resultSummary } from '../../../src/core/checks/summary.ts';
import { unansweredChecks } from '../../../src/core/checks/unanswered-checks.ts';
import { asksMore } from '../../../src/core/datasets/asks-more.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import { measurePlan } from '../../../src/core/datasets/measure-plan.ts';
import { statesFromFrequencies } from '../../../src/core/metrics/catalogue.ts';
import type { ColumnProfile, MeasuredRows } from '../../../src/core/metrics/column-profile.ts';
import { distinctOfHashes } from '../../../src/core/metrics/families/distinct.ts';
import { validityFamily } from '../../../src/core/metrics/families/validity.ts';
import { stateEntry } from '../../../src/core/metrics/family.ts';
import { metricKey } from '../../../src/core/metrics/metric.ts';
import type { Profile } from '../../../src/core/metrics/profile.ts';
import { encodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import { limitGroups } from '../../../src/core/metrics/segments/merge-segments.ts';
import { segmentLabel } from '../../../src/core/metrics/segments/segment-label.ts';
import { noRows } from '../../../src/core/metrics/segments/segments.ts';
import { validityLabel } from '../../../src/core/metrics/validity-label.ts';
import { replayPolicy } from '../../../src/core/policies/replay.ts';
import { noHistory } from '../../../src/core/thresholds/history.ts';
import { hash48, tabulate } from '../../support/state-laws.ts';
import { definitionOf, flights, historyOf, keyOf, schema } from './flights.ts';

type Row = { readonly origin: string | null; readonly delay: bigint | null };

const grouping = { columns: ['origin'], groupsMax: 20, metrics: ['null_percent'] };

function check(
  metric: string,
  condition: SetCondition,
  more: Partial<Omit<SegmentCheck, 'metric' | 'threshold'>> & { readonly level?: 'warn' } = {},
): SegmentCheck {
  const { level = 'fail', ...rest } = more;
  return { metric, settings: {}, ...rest, threshold: { kind: 'set', level, conditions: [condition] } };
}

const definitionWith = (checks: readonly SegmentCheck[], groupsMax = 20): DatasetDefinition => ({
  ...definitionOf(),
  segments: [{ ...grouping, groupsMax, checks }],
});

function measured(rows: readonly Row[], validity: readonly string[] = []): MeasuredRows {
  const columns = schema.map(({ name, type }): ColumnProfile => {
    const values = rows.map((row) => (name === 'delay' ? row.delay : name === 'origin' ? row.origin : null));
    const states = statesFromFrequencies(type.kind, tabulate(type, values));
    const judged = values.filter((value) => value !== null);
    const invalid = judged.filter((value) => typeof value === 'bigint' && value > 100n).length;
    const counts = validity.map(
      (label) => ({ kind: 'judged', label, judged: judged.length, invalid }) as const,
    );
    return { name, type, states: new Map([...states, stateEntry(validityFamily, counts)]) };
  });
  return { rowCount: rows.length, columns };
}

type Measuring = { readonly validity?: readonly string[]; readonly without?: readonly string[] };

function profileOf(
  rows: readonly Row[],
  groupsMax: number,
  { validity, without = [] }: Measuring = {},
): Profile {
  const groups = Array.from(
    Map.groupBy(rows, ({ origin }) => segmentLabel(['origin'], [origin])),
    ([label, own]) => {
      const { rowCount, columns } = measured(own, validity);
      const kept = columns
        .filter(({ name }) => name !== 'origin')
        .map(({ states, ...column }) => {
          return { ...column, states: new Map([...states].filter(([key]) => !without.includes(key))) };
        });
      return [label, { rowCount, columns: kept }] as const;
    },
  );
  const all = {
    columns: ['origin'],
    groupsMax,
    groups: new Map(groups),
    other: noRows,
    otherGroupRowsMax: 0,
    offered: distinctOfHashes(Float64Array.from(groups, ([label]) => hash48(label))),
  };
  return { schema, ...measured(rows, validity), segments: [limitGroups(all)] };
}

function judge(definition: DatasetDefinition, rows: readonly Row[], measuring?: Measuring): Evaluation {
  const [rule] = definition.segments;
  const { evaluations } = evaluate({
    definition,
    now: instant(Date.UTC(2001, 5, 1)),
    history: noHistory,
    targets: [
      {
        revision: { dataset: flights, partition: keyOf(0), number: 1 },
        schema,
        rejected: { count: 0, samples: [] },
        sizeBytes: 100,
        ingestedAt: instant(Date.UTC(2001, 0, 1) + day + 6 * hour),
        rowCount: rows.length,
        profiles: [encodeProfile(profileOf(rows, rule?.groupsMax ?? 20, measuring))],
      },
    ],
  });
  const [evaluation] = evaluations;
  assert.ok(evaluation !== undefined);
  return evaluation;
}

/** SFO has 3 rows with delays 10, 20, 30; LAX 2 with 200 and null; null 1 with 5. */
const rows: readonly Row[] = [
  ...[10n, 20n, 30n].map((delay) => ({ origin: 'SFO', delay })),
  { origin: 'LAX', delay: 200n },
  { origin: 'LAX', delay: null },
  { origin: null, delay: 5n },
];

const verdicts = ({ results }: Evaluation): (readonly [string, string])[] =>
  results
    .filter(({ check: key, record }) => record.kind !== 'rule' && key.includes('['))
    .map(({ check: key, status }) => [key, status] as const);

/** The results of one check on the six rows; each explains itself and comes out the same again. */
function verdictsOf(of: SegmentCheck, groupsMax?: number): (readonly [string, string])[] {
  const evaluation = judge(definitionWith([of], groupsMax), rows);
  for (const result of evaluation.results) {
    assert.deepEqual(recomputeResult(result).differences, []);
    assert.ok(explainResult(result).sentences.length > 0);
  }
  return verdicts(evaluation);
}

const atLeast = (value: number): SetCondition => ({ operator: 'must_be_greater_than_or_equal', value });
const atMost = (value: number): SetCondition => ({ operator: 'must_be_less_than_or_equal', value });

function only(evaluation: Evaluation, key: string): Result {
  const found = findCheck(evaluation.results, key);
  assert.ok(found !== undefined, evaluation.results.map((one) => one.check).join('\n'));
  return found;
}

describe('a set bound of one group', () => {
  it('passes, warns and fails by that group alone', () => {
    const sfo = { column: 'delay', group: ['SFO'] };
    assert.deepEqual(verdictsOf(check('avg', atMost(20), sfo)), [
      ['delay.avg[origin=SFO] must be less than or equal 20', 'pass'],
    ]);
    assert.deepEqual(verdictsOf(check('avg', atMost(19), { ...sfo, level: 'warn' })), [
      ['delay.avg[origin=SFO] must be less than or equal 19', 'warn'],
    ]);
    assert.deepEqual(verdictsOf(check('avg', atMost(19), { ...sfo, name: 'punctual' })), [
      ['delay.avg[origin=SFO]: punctual', 'fail'],
    ]);
  });

  it('is asked of the group of nulls by null', () => {
    assert.deepEqual(verdictsOf(check('max', atMost(5), { column: 'delay', group: [null] })), [
      ['delay.max[origin=∅] must be less than or equal 5', 'pass'],
    ]);
  });

  it('is not evaluated, with the reason, where the group is not there', () => {
    const gone = check('avg', atMost(20), { column: 'delay', group: ['JFK'] });
    assert.deepEqual(verdictsOf(gone), [
      ['delay.avg[origin=JFK] must be less than or equal 20', 'not_evaluated'],
    ]);
    const result = only(judge(definitionWith([gone]), rows), 'delay.avg[origin=JFK]');
    assert.match(
      explainResult(result).sentences.join(' '),
      /no row is of this group, or it is not one of the 20/,
    );
    const counted = check('row_count', atLeast(0), { group: ['JFK'] });
    const known = only(judge(definitionWith([gone, counted]), rows), 'delay.avg[origin=JFK]');
    assert.match(
      resultSummary(known),
      /has no value; must be less than or equal 20, but no row is of this group$/,
    );
  });

  it('counts 0 rows of a group that is not there, where all groups are known', () => {
    assert.deepEqual(verdictsOf(check('row_count', atLeast(1), { group: ['JFK'] })), [
      ['row_count[origin=JFK] must be greater than or equal 1', 'fail'],
    ]);
  });

  it('judges the rows of a group that may be among the others only where that decides it', () => {
    // SFO alone is kept; no other group has more than 2 rows.
    const jfk = (condition: SetCondition): SegmentCheck => check('row_count', condition, { group: ['JFK'] });
    assert.equal(verdictsOf(jfk(atLeast(3)), 1)[0]?.[1], 'fail');
    assert.equal(verdictsOf(jfk(atMost(2)), 1)[0]?.[1], 'pass');
    assert.equal(verdictsOf(jfk(atLeast(1)), 1)[0]?.[1], 'not_evaluated');
    const result = only(judge(definitionWith([jfk(atLeast(1))], 1), rows), 'row_count[origin=JFK]');
    assert.match(resultSummary(result), /known only to lie between 0 and 2/);
  });

  it('is an error for a column or a metric that the data do not have', () => {
    assert.equal(verdictsOf(check('avg', atMost(1), { column: 'dely', group: ['SFO'] }))[0]?.[1], 'error');
    const result = only(
      judge(definitionWith([check('avg', atMost(1), { column: 'date', group: ['SFO'] })]), rows),
      'date.avg[origin=SFO]',
    );
    assert.match(resultSummary(result), /the column “date” has no metric “avg”/);
  });
});

describe('a set bound of every group', () => {
  it('has a result for each group', () => {
    assert.deepEqual(verdictsOf(check('row_count', atLeast(2))), [
      ['row_count[origin=SFO] must be greater than or equal 2', 'pass'],
      ['row_count[origin=LAX] must be greater than or equal 2', 'pass'],
      ['row_count[origin=∅] must be greater than or equal 2', 'fail'],
    ]);
  });

  it('stands beside the same bound of one group', () => {
    const found = judge(
      definitionWith([check('row_count', atLeast(2)), check('row_count', atLeast(2), { group: ['SFO'] })]),
      rows,
    );
    const ids = found.results.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(verdicts(found).at(-1), [
      'row_count[origin=SFO] must be greater than or equal 2 #2',
      'pass',
    ]);
  });

  it('knows any percentile, and what the column has of invalid values', () => {
    const settings = { valid_max: 100 };
    const label = validityLabel({ column: 'delay', max: 100 });
    const definition = definitionWith([
      check('percentile', atMost(30), { column: 'delay', settings: { percentile: 0.9 } }),
      check('invalid_count', atMost(0), { column: 'delay', settings }),
    ]);
    assert.deepEqual(measurePlan(definition).validity, [{ column: 'delay', max: 100 }]);
    const found = judge(definition, rows, { validity: [label] });
    assert.deepEqual(
      verdicts(found).map(([key, status]) => [key.replace(/ must.*/, ''), status]),
      [
        ['delay.p90[origin=SFO]', 'pass'],
        ['delay.p90[origin=LAX]', 'fail'],
        ['delay.p90[origin=∅]', 'pass'],
        [`delay.invalid_count(${label})[origin=SFO]`, 'pass'],
        [`delay.invalid_count(${label})[origin=LAX]`, 'fail'],
        [`delay.invalid_count(${label})[origin=∅]`, 'pass'],
      ],
    );
    assert.equal(only(found, 'delay.invalid_count[origin=LAX]').status, 'fail');
  });

  it('says so where the partition has no rows', () => {
    const found = judge(definitionWith([check('row_count', atLeast(2))]), []);
    assert.deepEqual(verdicts(found), [
      ['row_count[origin] must be greater than or equal 2', 'not_evaluated'],
    ]);
  });
});

describe('a definition that gains a check of groups', () => {
  const gained = definitionWith([
    check('duplicate_count', atMost(0), { column: 'delay' }),
    check('avg', atMost(20), { column: 'delay', group: ['SFO'] }),
  ]);

  it('asks more where groups were not measured for it, and nothing where they have it anyhow', () => {
    const plain = definitionWith([]);
    assert.equal(asksMore(plain, gained), true);
    const again = definitionWith([check('null_percent', atMost(0), { column: 'delay' })]);
    assert.equal(asksMore(plain, again), false);
    assert.equal(asksMore(plain, definitionWith([check('row_count', atMost(9))])), false);
    const top = { ...plain, segments: [{ ...grouping, metrics: [...grouping.metrics, 'top_values'] }] };
    assert.equal(asksMore(plain, top), true);
  });

  it('has errors, not passes, on what was measured before', () => {
    const found = judge(gained, rows, { without: ['duplicates'] });
    assert.deepEqual(verdicts(found), [
      ['delay.duplicate_count[origin] must be less than or equal 0', 'error'],
      ['delay.avg[origin=SFO] must be less than or equal 20', 'pass'],
    ]);
    assert.match(
      resultSummary(only(found, 'delay.duplicate_count[origin]')),
      /measured before.*backfill --force/,
    );
  });

  it('is told which of its checks the verdicts do not answer', () => {
    const before = judge(definitionWith([check('row_count', atLeast(2))]), rows);
    assert.deepEqual(unansweredChecks(definitionWith([check('row_count', atLeast(2))]), before.results), []);
    assert.deepEqual(unansweredChecks(gained, before.results), [
      'delay.duplicate_count[origin] must be less than or equal 0',
      'delay.avg[origin=SFO] must be less than or equal 20',
    ]);
  });
});

describe('replaying set bounds of groups', () => {
  const wanted = [
    check('avg', atMost(20), { column: 'delay', group: ['SFO'] }),
    check('row_count', atLeast(2)),
    check('row_count', atLeast(1), { group: ['JFK'] }),
  ];
  const replay = (definition: DatasetDefinition, measuredBy: DatasetDefinition) => {
    const history = historyOf([judge(measuredBy, rows)]);
    return replayPolicy({
      definition,
      measuredBy,
      history,
      schemas: Object.fromEntries(history.partitions.map(({ key }) => [key, schema])),
      start: 0,
      end: 1,
    });
  };

  it('gives the verdicts of the live check', () => {
    const definition = definitionWith(wanted);
    const live = judge(definition, rows).results.filter(({ status }) => isFailing(status));
    assert.deepEqual(
      live.map((one) => one.check),
      [
        'row_count[origin=∅] must be greater than or equal 2',
        // Of every group: also of one that is missed, because a check names it.
        'row_count[origin=JFK] must be greater than or equal 2',
        'row_count[origin=JFK] must be greater than or equal 1',
      ],
    );
    const { partitions, notMeasured } = replay(definition, definition);
    assert.deepEqual(
      partitions[0]?.alarms.map((one) => one.check).toSorted(),
      live.map((one) => one.check).toSorted(),
    );
    assert.deepEqual(notMeasured, []);
  });

  it('says which of them nobody has measured', () => {
    const { notMeasured, partitions } = replay(definitionWith(wanted), definitionWith(wanted.slice(1, 2)));
    assert.deepEqual(
      notMeasured.map((one) => one.check),
      [
        'delay.avg[origin=SFO] must be less than or equal 20',
        'row_count[origin=JFK] must be greater than or equal 1',
      ],
    );
    assert.deepEqual(
      partitions[0]?.alarms.map((one) => one.metric),
      ['row_count[origin=∅]'],
    );
  });
});

describe('details of groups', () => {
  it('are those that the rule names, and go with the group', () => {
    const definition = { ...definitionOf(), segments: [{ ...grouping, metrics: ['top_values'] }] };
    const { details, values } = judge(definition, rows);
    const own = details.filter(({ segment }) => segment !== undefined);
    assert.deepEqual(
      own.map(({ metric, column, segment }) => `${column}.${metric}[${segment}]`),
      ['delay.top_values[origin=SFO]', 'delay.top_values[origin=LAX]', 'delay.top_values[origin=∅]'],
    );
    assert.deepEqual(own[1]?.values, [{ value: '200', count: 1 }]);
    assert.deepEqual(
      values
        .filter(({ segment }) => segment !== undefined)
        .map((one) => metricKey(one.metric, one.column, one.segment)),
      ['group_count[origin]'],
    );
  });
});
