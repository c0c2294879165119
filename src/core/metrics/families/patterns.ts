import { limits } from '../../../base/limits.ts';
import { readable } from '../codec/byte-reader.ts';
import { type ColumnMetric, countMetric, type StateFamily } from '../family.ts';
import {
  type Estimate,
  estimatePercent,
  readEstimate,
  wholeEstimate,
  writeEstimate,
} from '../sketches/estimate.ts';
import { compareText } from '../texts/order.ts';
import { patternOf } from '../texts/pattern.ts';
import {
  ShareCounter,
  sampledRows,
  sampleWeights,
  type TextSample,
  wholeSample,
} from '../texts/text-sample.ts';

/**
 * The most frequent patterns of a column's texts, by their rows. Any other pattern has at most `unknown` rows.
 */
export type Patterns = {
  readonly rows: number;
  readonly entries: readonly (Estimate & { readonly pattern: string })[];
  readonly unknown: number;
};

/** Patterns that are kept. */
const patternsMax = 128;

/** Characters of all of them together. */
const patternCharactersMax = 2_048;

/**
 * `pattern_count`: how many patterns (`patternOf`) at least one in a hundred texts has; rarer ones are chance.
 * `top_pattern_percent`: rows of the most frequent one. The detail `top_patterns`: the 20 most frequent. Merging adds what
 * one side does not know to the error of the other, as Misra and Gries (1982) do.
 */
export const patternsFamily: StateFamily<Patterns> = {
  key: 'patterns',
  version: 1,
  applies: (kind) => kind === 'string',
  empty: () => ({ rows: 0, entries: [], unknown: 0 }),
  merge: (a, b) => {
    const others = new Map(b.entries.map((entry) => [entry.pattern, entry]));
    const entries = a.entries.map((entry) => {
      const other = others.get(entry.pattern);
      others.delete(entry.pattern);
      return plus(entry, other ?? { count: 0, error: b.unknown });
    });
    for (const entry of others.values()) entries.push(plus(entry, { count: 0, error: a.unknown }));
    return settle(a.rows + b.rows, entries, a.unknown + b.unknown);
  },
  fromFrequencies: (table) => {
    const sample = wholeSample(table);
    return sample === undefined ? patternsFamily.empty() : patternsOf(sample);
  },
  metrics: (state) => [patternCount(state), topPercent(state)],
  details: ({ entries }) => {
    const shown = entries.slice(0, limits.topValuesMax);
    const values = shown.map(({ pattern, count }) => ({ value: pattern, count }));
    return [{ metric: 'top_patterns', values, countError: Math.max(0, ...shown.map(({ error }) => error)) }];
  },
  encode: ({ rows, entries, unknown }, out) => {
    out.unsigned(rows);
    out.unsigned(unknown);
    out.unsigned(entries.length);
    for (const entry of entries) {
      out.text(entry.pattern);
      writeEstimate(out, entry);
    }
  },
  decode: (_version, input) => {
    const [rows, unknown] = [input.unsigned(), input.unsigned()];
    const length = input.count(3);
    readable(length <= patternsMax, 'there are more patterns than allowed');
    const entries = Array.from({ length }, () => ({ pattern: input.text(), ...readEstimate(input) }));
    return { rows, entries, unknown };
  },
};

/** The patterns of a column from all its texts or a sample of them. */
export function patternsOf(sample: TextSample): Patterns {
  const counters = new Map<string, ShareCounter>();
  sample.texts.forEach((text, place) => {
    const pattern = patternOf(text);
    let counter = counters.get(pattern);
    if (counter === undefined) counters.set(pattern, (counter = new ShareCounter(sample)));
    counter.add(place, 1);
  });
  const weights = sampleWeights(sample);
  const entries = Array.from(counters, ([pattern, counter]) => ({
    pattern,
    ...wholeEstimate(counter.estimate(weights)),
  }));
  // A pattern that no chosen text has.
  const unseen = wholeEstimate(new ShareCounter(sample).estimate(weights));
  return settle(sampledRows(sample), entries, unseen.error);
}

type Entry = Patterns['entries'][number];

function settle(rows: number, candidates: readonly Entry[], unknown: number): Patterns {
  const sorted = candidates.toSorted((a, b) => b.count - a.count || compareText(a.pattern, b.pattern));
  let characters = 0;
  const end = sorted.findIndex(({ pattern }, at) => {
    characters += pattern.length;
    return at === patternsMax || characters > patternCharactersMax;
  });
  const left = end === -1 ? [] : sorted.slice(end);
  const entries = end === -1 ? sorted : sorted.slice(0, end);
  return {
    rows,
    entries,
    unknown: left.reduce((most, one) => Math.max(most, one.count + one.error), unknown),
  };
}

/** A pattern counts from this share of the texts on. */
const commonShare = 0.01;

function patternCount({ rows, entries, unknown }: Patterns): ColumnMetric {
  const metric = 'pattern_count';
  if (rows === 0) return { metric, value: undefined, scale: 'count' };
  const bar = rows * commonShare;
  const from = (least: (entry: Entry) => number): number =>
    entries.filter((entry) => least(entry) >= bar).length;
  const value = from(({ count }) => count);
  const sure = from(({ count, error }) => count - error);
  const known = entries.reduce((sum, { count, error }) => sum + Math.max(0, count - error), 0);
  const hidden = unknown < bar ? 0 : Math.floor((rows - known) / bar);
  const most = from(({ count, error }) => count + error) + hidden;
  const absoluteError = Math.max(value - sure, most - value);
  return absoluteError === 0 ? countMetric(metric, value) : { ...countMetric(metric, value), absoluteError };
}

/** The share of the most frequent pattern, which may be another than the one with the largest estimate. */
function topPercent({ rows, entries, unknown }: Patterns): ColumnMetric {
  const [metric, count] = ['top_pattern_percent', entries[0]?.count] as const;
  if (count === undefined) return { metric, value: undefined, scale: 'percent' };
  const most = entries.reduce((high, one) => Math.max(high, one.count + one.error), unknown);
  const least = entries.reduce((low, one) => Math.max(low, one.count - one.error), 0);
  return estimatePercent(metric, { count, error: Math.max(most - count, count - least) }, rows);
}

function plus(entry: Entry, other: Estimate): Entry {
  return { pattern: entry.pattern, count: entry.count + other.count, error: entry.error + other.error };
}
