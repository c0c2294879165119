import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { columnType } from '../../../src/core/datasets/schema.ts';
import { distinctFamily } from '../../../src/core/metrics/families/distinct.ts';
import { duplicatesFamily } from '../../../src/core/metrics/families/duplicates.ts';
import { formatRows, formatsFamily } from '../../../src/core/metrics/families/formats.ts';
import { patternsFamily, patternsOf } from '../../../src/core/metrics/families/patterns.ts';
import { percentileOfNumbers, quantilesFamily } from '../../../src/core/metrics/families/quantiles.ts';
import { shapesOf, textShapesFamily } from '../../../src/core/metrics/families/text-shapes.ts';
import { percentileOfTimes, timeQuantilesFamily } from '../../../src/core/metrics/families/time-quantiles.ts';
import { topValuesFamily } from '../../../src/core/metrics/families/top-values.ts';
import { type ColumnMetric, type StateFamily, stateEntry } from '../../../src/core/metrics/family.ts';
import type { Frequencies, ValueTable } from '../../../src/core/metrics/frequencies.ts';
import { hashSpread } from '../../../src/core/metrics/sketches/hash-spread.ts';
import { registerCount } from '../../../src/core/metrics/sketches/hyper-log-log.ts';
import { chooseTexts, wholeSample } from '../../../src/core/metrics/texts/text-sample.ts';
import { createSeededRandom, type SeededRandom } from '../../support/seeded-random.ts';

const doubles = { type: columnType('DOUBLE'), rows: 0 };

/** Makes values one by one, of `count` values in all. */
type Distribution = (random: SeededRandom, count: number) => () => number;

const gauss = (random: SeededRandom): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** Real shapes, and those at which sketches break. */
const distributions: Readonly<Record<string, Distribution>> = {
  constant: (random) => {
    const only = random.next() * 1_000 - 500;
    return () => only;
  },
  few: (random) => () => random.below(12),
  normal: (random) => () => Math.round(gauss(random) * 1e4) / 100,
  'log-normal': (random) => () => Math.exp(gauss(random) * 3),
  zipf: (random) => () => Math.floor(1 / (1 - random.next())),
  unique: (random) => {
    let next = random.below(1_000_000);
    return () => next++;
  },
  'nearly unique': (random, count) => () => random.below(count * 40),
  'each value twice': (random, count) => () => random.below(Math.ceil(count / 2)),
  'one heavy value beside unique ones': (random) => {
    let next = 10;
    return () => (random.next() < 0.6 ? 7 : next++);
  },
  'heavy values of all weights beside unique ones': (random) => {
    let next = 1_000;
    return () => (random.next() < 0.5 ? Math.floor(2 ** (random.next() * 9)) : next++);
  },
  'all magnitudes': (random) => () => (random.next() < 0.5 ? -1 : 1) * 10 ** (random.next() * 600 - 300),
  'near the end of doubles': (random) => () => Number.MAX_VALUE * (1 - random.next() / 1e3),
  'tiny beside huge': (random) => () => (random.next() < 0.5 ? random.next() * 1e-12 : random.next() * 1e15),
  negative: (random) => () => -Math.abs(gauss(random) * 50) - 0.01,
  'two far hills': (random) => () => gauss(random) + (random.next() < 0.3 ? 1e6 : -1e6),
};

type Case = {
  readonly name: string;
  readonly random: SeededRandom;
  readonly values: Float64Array;
  /** Ascending; each part is one batch. */
  readonly parts: readonly Float64Array[];
};

function makeCase(seed: number): Case {
  const random = createSeededRandom(seed);
  const names = Object.keys(distributions);
  const name = names[seed % names.length] ?? '';
  // One in eight is large enough that distinct values are estimated.
  const count = random.next() < 0.125 ? 5_000 + random.below(7_000) : 1 + random.below(700);
  const next = distributions[name]?.(random, count) ?? (() => 0);
  const values = Float64Array.from({ length: count }, () => next() + 0);
  const partCount = 1 + random.below(5);
  const parts = Array.from({ length: partCount }, (): number[] => []);
  const isSorted = random.next() < 0.3;
  values.forEach((value, at) => {
    const part = isSorted ? Math.floor((at * partCount) / count) : random.below(partCount);
    parts[part]?.push(value);
  });
  return {
    name: `${name}, seed ${seed}`,
    random,
    values,
    parts: parts.map((part) => Float64Array.from(part)),
  };
}

/** 48 evenly spread bits of a double. */
function hash(value: number): number {
  bits.setFloat64(0, value);
  let [a, b] = [bits.getUint32(0), bits.getUint32(4)];
  for (let round = 0; round < 3; round++) {
    a = Math.imul(a ^ (a >>> 16) ^ b, 0x85ebca6b);
    b = Math.imul(b ^ (b >>> 13) ^ a, 0xc2b2ae35);
    a ^= a >>> 15;
    b ^= b >>> 16;
  }
  return (a >>> 0) * 2 ** 16 + ((b >>> 0) % 2 ** 16);
}
const bits = new DataView(new ArrayBuffer(8));

function tabulate(values: Float64Array, table: (distinct: Float64Array) => ValueTable): Frequencies {
  const totals = new Map<number, number>();
  for (const value of values) totals.set(value, (totals.get(value) ?? 0) + 1);
  const distinct = Float64Array.from(totals.keys());
  return {
    rows: values.length,
    nulls: 0,
    missing: 0,
    counts: Float64Array.from(totals.values()),
    hashes: distinct.map(hash),
    values: table(distinct),
  };
}

const asNumbers = (numbers: Float64Array): ValueTable => ({ kind: 'float', numbers });
const asTimes = (numbers: Float64Array): ValueTable => ({
  kind: 'time',
  unit: 'microsecond',
  units: [],
  numbers: numbers.map(Math.round),
});
const asTexts = (numbers: Float64Array): ValueTable => {
  const texts = Array.from(numbers, String);
  return { kind: 'text', texts, lengths: Float64Array.from(texts, (text) => text.length) };
};

/** Merges batches in a random order, in pairs as they come. */
function mergeAll<State>(
  family: StateFamily<State>,
  { parts, random }: Case,
  table: (numbers: Float64Array) => ValueTable,
): State {
  const states = parts.map((part) => family.fromFrequencies(tabulate(part, table)));
  while (states.length > 1) {
    const a = states.splice(random.below(states.length), 1)[0];
    const b = states.splice(random.below(states.length), 1)[0];
    if (a !== undefined && b !== undefined) states.push(family.merge(a, b));
  }
  return states[0] ?? family.empty();
}

function assertWithin(metric: ColumnMetric | undefined, truth: number, name: string): void {
  assert.ok(metric?.value !== undefined, name);
  const { value, relativeError = 0, absoluteError = 0 } = metric;
  const allowed = relativeError * Math.abs(truth) + absoluteError;
  // The smallest doubles are further apart than one percent.
  const rounding = 1e-9 * Math.abs(truth) + 2 * Number.MIN_VALUE;
  assert.ok(
    Math.abs(value - truth) <= allowed + rounding,
    `${name}: ${metric.metric} ${value} ± ${allowed} instead of ${truth}`,
  );
}

const caseCount = 1_000;

describe('stated errors, over a thousand columns in random batches', () => {
  const cases = Array.from({ length: caseCount }, (_, seed) => makeCase(seed));

  it('hold for distinct_count, duplicate_count and duplicate_percent', () => {
    let estimated = 0;
    for (const each of cases) {
      const { length } = each.values;
      const truth = new Set(each.values).size;
      const distinct = mergeAll(distinctFamily, each, asNumbers);
      const states = new Map([stateEntry(distinctFamily, distinct)]);
      const [count] = distinctFamily.metrics(distinct, doubles);
      assertWithin(count, truth, each.name);
      const context = { ...doubles, states };
      const surplus = duplicatesFamily.metrics(mergeAll(duplicatesFamily, each, asNumbers), context);
      assertWithin(surplus[0], length - truth, each.name);
      assertWithin(surplus[1], (100 * (length - truth)) / length, each.name);
      if (count?.relativeError !== undefined) estimated++;
    }
    assert.ok(estimated > caseCount / 20, `${estimated} were estimated`);
  });

  it('tells unique columns from those with duplicates, however many values there are', () => {
    for (const each of cases.filter(({ name }) => name.startsWith('unique'))) {
      const duplicates = mergeAll(duplicatesFamily, each, asNumbers);
      const states = new Map([stateEntry(distinctFamily, mergeAll(distinctFamily, each, asNumbers))]);
      assert.equal(duplicatesFamily.metrics(duplicates, { ...doubles, states })[0]?.value, 0, each.name);
    }
  });

  it('hold for percentiles of numbers', () => {
    for (const each of cases) {
      const sorted = each.values.slice().sort();
      const state = mergeAll(quantilesFamily, each, asNumbers);
      for (const q of [0, 0.01, 0.25, 0.5, 0.75, 0.95, 0.99, 1]) {
        const truth = sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
        assertWithin(percentileOfNumbers(state, q, doubles), truth, each.name);
      }
    }
  });

  it('hold for percentiles of times', () => {
    const year = 365 * 86_400_000;
    for (const each of cases) {
      // Milliseconds of an ordinary calendar, the spread from minutes to centuries.
      const scale = 10 ** each.random.below(8);
      const times = (values: Float64Array): Float64Array =>
        values.map((value) => Math.round(30 * year + (Math.abs(value) % 1e4) * scale));
      const placed = { ...each, values: times(each.values), parts: each.parts.map(times) };
      const sorted = placed.values.slice().sort();
      const state = mergeAll(timeQuantilesFamily, placed, asTimes);
      for (const q of [0, 0.25, 0.5, 0.75, 0.95, 0.99, 1]) {
        const truth = sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
        assertWithin(percentileOfTimes(state, q, { type: columnType('TIMESTAMP') }), truth, each.name);
      }
    }
  });

  it('hold for the counts of top values, and for those that are not shown', () => {
    for (const each of cases) {
      const truth = new Map<string, number>();
      for (const value of each.values) truth.set(String(value), (truth.get(String(value)) ?? 0) + 1);
      const { entries, error } = mergeAll(topValuesFamily, each, asTexts);
      const known = new Set(entries.map(({ text }) => text));
      for (const entry of entries) {
        const rows = truth.get(entry.text) ?? 0;
        assert.ok(rows <= entry.count && rows >= entry.count - entry.error, `${each.name}: ${entry.text}`);
      }
      for (const [text, rows] of truth) assert.ok(known.has(text) || rows <= error, `${each.name}: ${text}`);
    }
  });
});

/** Texts of different shapes, patterns and formats. */
const kinds: readonly ((value: number) => string)[] = [
  (value) => `CODE-${value}`,
  (value) => `word ${value}`,
  (value) => ` ${value}`,
  (value) => `user${value}@example.org`,
  (value) => `${value}`,
  (value) => `Ünïcode ${value}!`,
];

describe('stated errors of texts, when a sample of 128 stands for all', () => {
  it('hold for shapes, patterns and formats of a thousand columns', () => {
    const context = { type: columnType('VARCHAR'), rows: 0 };
    const families = [
      { family: textShapesFamily, of: shapesOf },
      { family: patternsFamily, of: patternsOf },
      { family: formatsFamily, of: formatRows },
    ] as readonly { family: StateFamily<unknown>; of: (sample: unknown) => unknown }[];
    let sampled = 0;
    for (const { name, random, values } of Array.from({ length: caseCount }, (_, at) =>
      makeCase(50_000 + at),
    )) {
      // Rare kinds and common ones, in columns where the kind goes with the weight of the value and where not.
      const isRare = random.next() < 0.5;
      const kindOf = (value: number): number => {
        const mixed = random.next() < 0.5 || isRare ? hash(value + 1) : Math.abs(Math.floor(value));
        return isRare ? (mixed % 200 < 199 ? 0 : mixed % kinds.length) : mixed % kinds.length;
      };
      const table = tabulate(values, (distinct) => {
        const texts = Array.from(distinct, (value) => kinds[kindOf(value)]?.(value) ?? '');
        return { kind: 'text', texts, lengths: Float64Array.from(texts, ({ length }) => length) };
      });
      const { values: column, hashes, counts } = table;
      const level = Math.max(0, Math.floor(Math.log2((0.9 * counts.length) / 128)));
      if (column.kind !== 'text' || level === 0) continue;
      sampled++;
      const rowsOfGroup = new Float64Array(registerCount);
      hashes.forEach((each, at) => {
        rowsOfGroup[each % registerCount] = (rowsOfGroup[each % registerCount] ?? 0) + (counts[at] ?? 0);
      });
      const spread = hashSpread(rowsOfGroup, 64);
      const sample = chooseTexts(
        { texts: column.texts, hashes, counts },
        { level, rows: table.rows, ...spread },
      );
      for (const { family, of } of families) {
        const truth = family.metrics(of(wholeSample(table)), context);
        family.metrics(of(sample), context).forEach((metric, at) => {
          const expected = truth[at]?.value;
          // No row of any format was chosen: that there are none is no number that could be off.
          if (metric.value === undefined || expected === undefined) return;
          assertWithin(metric, expected, name);
        });
      }
    }
    assert.ok(sampled > caseCount / 4, `${sampled} were sampled`);
  });
});
