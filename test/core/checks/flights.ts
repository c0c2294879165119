import assert from 'node:assert/strict';
import { partitionKey } from '../../../src/base/ids.ts';
import { day, hour, instant } from '../../../src/base/units.ts';
import type { CheckDefinition } from '../../../src/core/checks/definition.ts';
import {
  type BaselinePartition,
  type Evaluation,
  type EvaluationTarget,
  evaluate,
} from '../../../src/core/checks/evaluate.ts';
import type { Result } from '../../../src/core/checks/result.ts';
import type { ColumnDefinition, DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import { columnType, type Schema } from '../../../src/core/datasets/schema.ts';
import { statesFromFrequencies } from '../../../src/core/metrics/catalogue.ts';
import { metricKey } from '../../../src/core/metrics/metric.ts';
import { type Profile } from '../../../src/core/metrics/profile.ts';
import { encodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import { type MetricHistory, noHistory } from '../../../src/core/thresholds/history.ts';
import { datasetOf } from '../../support/names.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';
import { type RawValue, tabulate } from '../../support/state-laws.ts';

/** A small dataset of flights: one partition a day. */
export const flights = datasetOf('flights');

export const schema: Schema = [
  { name: 'date', type: columnType('TIMESTAMP') },
  { name: 'delay', type: columnType('INTEGER') },
  { name: 'origin', type: columnType('VARCHAR') },
];

export function definitionOf(
  checks: readonly CheckDefinition[] = [],
  columns: readonly ColumnDefinition[] = [],
): DatasetDefinition {
  return {
    dataset: flights,
    owner: 'ops@example.org',
    followers: [],
    provider: { type: 'files', path: '/data/flights-*.csv' },
    partition: { kind: 'time', column: 'date', by: 'day' },
    publish: { type: 'static' },
    policy: { alertsPerMonth: 1 },
    missingValues: [],
    checks,
    columns,
    segments: [],
    notify: [],
    limits: { rejectedPercentMax: 100 },
  };
}

const start = Date.UTC(2001, 0, 1);

export function keyOf(nth: number): ReturnType<typeof partitionKey> {
  return partitionKey(new Date(start + nth * day).toISOString().slice(0, 10));
}

/** What is wrong with a day, if anything. */
export type Trouble = {
  readonly rows?: number;
  readonly nullPercent?: number;
  readonly factor?: number;
  readonly schema?: Schema;
  readonly number?: number;
};

const airports = ['ABQ', 'ATL', 'AUS', 'BNA', 'BOS'];

/** The rows of the nth day: about 400 flights. */
function dayRows(nth: number, { rows, nullPercent = 1, factor = 1 }: Trouble = {}): RawValue[][] {
  const random = createSeededRandom(1_000 + nth);
  const count = rows ?? 400 + random.below(30);
  return Array.from({ length: count }, (_, at) => {
    const minutes = BigInt(start + nth * day) * 1_000n + BigInt(at) * 60_000_000n;
    const delay =
      100 * random.next() < nullPercent ? null : BigInt(Math.round(factor * (random.below(60) - 10)));
    return [minutes, delay, random.pick(airports)] as RawValue[];
  });
}

/** Metrics are a pure function of the rows: the same in every test. */
function profileOf(rows: readonly (readonly RawValue[])[], of: Schema = schema): Profile {
  const columns = of.map(({ name, type }) => {
    const at = schema.findIndex((column) => column.name === name);
    const values = rows.map((row) => (at < 0 ? null : (row[at] ?? null)));
    return { name, type, states: statesFromFrequencies(type.kind, tabulate(type, values)) };
  });
  return { schema: of, rowCount: rows.length, columns, segments: [] };
}

/** The nth day as evaluation gets it, in two batches. */
export function targetOf(nth: number, trouble: Trouble = {}): EvaluationTarget {
  const rows = dayRows(nth, trouble);
  const of = trouble.schema ?? schema;
  const half = Math.ceil(rows.length / 2);
  const batches = rows.length === 0 ? [] : [rows.slice(0, half), rows.slice(half)];
  return {
    revision: { dataset: flights, partition: keyOf(nth), number: trouble.number ?? 1 },
    schema: of,
    rejected: { count: 0, samples: [] },
    sizeBytes: rows.length * 20,
    ingestedAt: instant(start + (nth + 1) * day + 6 * hour),
    rowCount: rows.length,
    profiles: batches.map((batch) => encodeProfile(profileOf(batch, of))),
  };
}

/** Days 0 to `count` - 1, judged one after the other. */
export function judgedDays(count: number, definition: DatasetDefinition = definitionOf()): Evaluation[] {
  const targets = Array.from({ length: count }, (_, nth) => targetOf(nth));
  return [...evaluate({ definition, now: nowAt(count), history: noHistory, targets }).evaluations];
}

export function nowAt(nth: number): ReturnType<typeof instant> {
  return instant(start + nth * day + 7 * hour);
}

/** What the store would give back for judged partitions. */
export function historyOf(evaluations: readonly Evaluation[]): MetricHistory {
  const partitions = evaluations.map(({ revision }) => ({
    key: revision.partition,
    revision: revision.number,
  }));
  const keys = new Map(
    evaluations.flatMap(({ values }) =>
      values.map(
        ({ metric, column, segment, scale }) => [metricKey(metric, column, segment), scale] as const,
      ),
    ),
  );
  const series = [...keys].map(([metric, scale]) => {
    const own = evaluations.map(({ values }) =>
      values.find((value) => metricKey(value.metric, value.column, value.segment) === metric),
    );
    return {
      metric,
      scale,
      values: own.map((value) => value?.value ?? null),
      rows: own.map((value) => value?.rows ?? 0),
    };
  });
  return { partitions, series };
}

let cached: Evaluation[] | undefined;

/** How many good days there are before the one that is judged. */
export const pastCount = 40;

/** 40 good days, judged; computed once. */
export function pastDays(): Evaluation[] {
  cached ??= judgedDays(pastCount);
  return cached;
}

/** The 28 days before the nth, as the store would give them. */
export function baselineBefore(nth: number): BaselinePartition[] {
  return Array.from({ length: 28 }, (_, at) => {
    const { revision, profiles } = targetOf(nth - 28 + at);
    return { key: revision.partition, profiles };
  });
}

/** Judges the 41st day by the 40 before it. */
export function judgeNext(
  trouble: Trouble = {},
  definition: DatasetDefinition = definitionOf(),
  change: (target: EvaluationTarget) => EvaluationTarget = (target) => target,
): Evaluation {
  const { evaluations } = evaluate({
    definition,
    now: nowAt(pastCount + 1),
    history: historyOf(pastDays()),
    baseline: baselineBefore(pastCount),
    previousSchema: { revision: { dataset: flights, partition: keyOf(pastCount - 1), number: 1 }, schema },
    targets: [change(targetOf(pastCount, trouble))],
  });
  const [evaluation] = evaluations;
  assert.ok(evaluation !== undefined);
  return evaluation;
}

export function resultOf(evaluation: Evaluation, check: string): Result {
  const found = evaluation.results.find((result) => result.check === check);
  assert.ok(
    found !== undefined,
    `no ${check} among ${evaluation.results.map((result) => result.check).join(', ')}`,
  );
  return found;
}
