import type { StateFamily } from '../family.ts';
import {
  addEstimates,
  type Estimate,
  estimatePercent,
  noRows,
  readEstimate,
  wholeEstimate,
  writeEstimate,
} from '../sketches/estimate.ts';
import { readShape, shapeParts } from '../texts/shape.ts';
import {
  ShareCounter,
  sampledRows,
  sampleWeights,
  type TextSample,
  wholeSample,
} from '../texts/text-sample.ts';

/** Ten-thousandths of rows that have each part of `shapeParts`, among `rows` texts. */
export type TextShapes = { readonly rows: number; readonly parts: readonly Estimate[] };

const unit = 10_000;

/**
 * How texts are written, by their first 256 characters. `uppercase_percent`, `lowercase_percent`: rows whose letters are
 * all of one case. `padded_count`: rows that start or end with white space. `digit_percent`, `punctuation_percent`,
 * `non_ascii_percent`: the average share of a text's characters. Exact where values were counted one by one; of columns with
 * many values an estimate from a sample, with its error. Letters are what is left: a metric of them would tell nothing more.
 */
export const textShapesFamily: StateFamily<TextShapes> = {
  key: 'text_shapes',
  version: 1,
  applies: (kind) => kind === 'string',
  empty: () => ({ rows: 0, parts: shapeParts.map(() => noRows) }),
  merge: (a, b) => ({
    rows: a.rows + b.rows,
    parts: a.parts.map((part, at) => addEstimates(part, b.parts[at] ?? noRows)),
  }),
  fromFrequencies: (table) => {
    const sample = wholeSample(table);
    return sample === undefined ? textShapesFamily.empty() : shapesOf(sample);
  },
  metrics: ({ rows, parts }) => {
    return shapeParts.map((part, at) => {
      const estimate = parts[at] ?? noRows;
      if (part !== 'padded') return estimatePercent(`${part}_percent`, estimate, rows * unit);
      const count = {
        metric: 'padded_count',
        value: Math.round(estimate.count / unit),
        scale: 'count',
      } as const;
      return estimate.error === 0 ? count : { ...count, absoluteError: Math.ceil(estimate.error / unit) + 1 };
    });
  },
  encode: ({ rows, parts }, out) => {
    out.unsigned(rows);
    for (const part of parts) writeEstimate(out, part);
  },
  decode: (_version, input) => ({
    rows: input.unsigned(),
    parts: shapeParts.map(() => readEstimate(input)),
  }),
};

/** The shapes of a column from all its texts or a sample of them. */
export function shapesOf(sample: TextSample): TextShapes {
  const counters = shapeParts.map(() => new ShareCounter(sample));
  const shape = new Float64Array(shapeParts.length);
  sample.texts.forEach((text, place) => {
    readShape(text, shape);
    for (let at = 0; at < shape.length; at++) {
      const part = shape[at] ?? 0;
      if (part > 0) counters[at]?.add(place, part / unit);
    }
  });
  const weights = sampleWeights(sample);
  const parts = counters.map((counter) => wholeEstimate(counter.estimate(weights), unit));
  return { rows: sampledRows(sample), parts };
}
