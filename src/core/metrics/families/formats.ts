import { readable } from '../codec/byte-reader.ts';
import type { ColumnMetric, StateFamily } from '../family.ts';
import {
  addEstimates,
  type Estimate,
  estimatePercent,
  noRows,
  readEstimate,
  wholeEstimate,
  writeEstimate,
} from '../sketches/estimate.ts';
import { formatsOf } from '../texts/formats-of.ts';
import {
  ShareCounter,
  sampledRows,
  sampleWeights,
  type TextSample,
  wholeSample,
} from '../texts/text-sample.ts';
import type { ValidFormat } from '../validity-rule.ts';

/** Rows of each format, in the order of `storedFormats`, among `rows` texts. A text may have several. */
export type Formats = { readonly rows: number; readonly counts: readonly Estimate[] };

/** Positions are stored: new formats are added at the end. */
const storedFormats: readonly ValidFormat[] = [
  'email',
  'uuid',
  'url',
  'ipv4',
  'ipv6',
  'phone',
  'iso_date',
  'iso_datetime',
  'time',
  'integer',
  'decimal',
  'hex',
  'credit_card',
  'iban',
  'country_code',
  'currency_code',
  'language_code',
  'json',
];

/**
 * `format_percent`: rows of the format that most texts have (`formatDefinitions`), no value when no text has one. The detail
 * `formats`: rows of each format. Texts beyond 256 characters have none. Exact, or an estimate from a sample.
 */
export const formatsFamily: StateFamily<Formats> = {
  key: 'formats',
  version: 1,
  applies: (kind) => kind === 'string',
  empty: () => ({ rows: 0, counts: storedFormats.map(() => noRows) }),
  merge: (a, b) => ({
    rows: a.rows + b.rows,
    counts: a.counts.map((count, at) => addEstimates(count, b.counts[at] ?? noRows)),
  }),
  fromFrequencies: (table) => {
    const sample = wholeSample(table);
    return sample === undefined ? formatsFamily.empty() : formatRows(sample);
  },
  metrics: (state) => [formatPercent(state)],
  details: ({ counts }) => {
    const found = storedFormats
      .map((value, at) => ({ value, ...(counts[at] ?? noRows) }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count);
    const values = found.map(({ value, count }) => ({ value, count }));
    return [{ metric: 'formats', values, countError: Math.max(0, ...found.map(({ error }) => error)) }];
  },
  encode: ({ rows, counts }, out) => {
    out.unsigned(rows);
    out.unsigned(counts.length);
    for (const count of counts) writeEstimate(out, count);
  },
  decode: (_version, input) => {
    const rows = input.unsigned();
    const length = input.count(2);
    readable(length <= storedFormats.length, 'there are more formats than known');
    const known = Array.from({ length }, () => readEstimate(input));
    return { rows, counts: storedFormats.map((_, at) => known[at] ?? noRows) };
  },
};

/** The formats of a column from all its texts or a sample of them. */
export function formatRows(sample: TextSample): Formats {
  const counters = new Map(storedFormats.map((format) => [format, new ShareCounter(sample)]));
  sample.texts.forEach((text, place) => {
    for (const format of formatsOf(text)) counters.get(format)?.add(place, 1);
  });
  const weights = sampleWeights(sample);
  const counts = Array.from(counters.values(), (counter) => wholeEstimate(counter.estimate(weights)));
  return { rows: sampledRows(sample), counts };
}

/** The most common format may be another than the one with the largest estimate; its share is within the errors of both. */
function formatPercent({ rows, counts }: Formats): ColumnMetric {
  const count = counts.reduce((most, one) => Math.max(most, one.count), 0);
  const metric = 'format_percent';
  if (count === 0) return { metric, value: undefined, scale: 'percent' };
  const error = counts.reduce((most, one) => Math.max(most, one.error), 0);
  return estimatePercent(metric, { count, error }, rows);
}
