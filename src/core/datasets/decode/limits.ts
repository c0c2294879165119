import { limits } from '../../../base/limits.ts';
import type { DatasetLimits } from '../definition.ts';
import { type Decoder, mapped, number } from './decoder.ts';
import { defaulted, object, optional } from './object.ts';
import { type PlainMap, present } from './plain.ts';

/** A twentieth of all rows: single dirty rows are a finding, but a wrong delimiter or a changed layout is no data at all. */
export const limitsByDefault: DatasetLimits = { rejectedPercentMax: 5 };

const rejectedPercentMax = defaulted(number({ min: 0, max: 100 }), limitsByDefault.rejectedPercentMax);
const elsewhere = 'is for datasets: a check of files asks no source';

/** Decodes `limits` of a checks file. */
export const checkLimitsDecoder: Decoder<DatasetLimits> = mapped(
  object(
    { rejected_percent_max: rejectedPercentMax },
    {
      elsewhere: {
        source_concurrency: elsewhere,
        source_bytes_per_day: elsewhere,
        source_minutes_per_day: elsewhere,
      },
    },
  ),
  (given) => ({ rejectedPercentMax: given.rejected_percent_max }),
);

const wholeUpTo = (max: number): Decoder<number> =>
  mapped(number({ min: 1, max }), (value, place) =>
    Number.isInteger(value) ? value : place.report('must be a whole number'),
  );

/** Decodes `limits` of a dataset: also how much it may ask of its source. */
export const datasetLimitsDecoder: Decoder<DatasetLimits> = mapped(
  object({
    rejected_percent_max: rejectedPercentMax,
    source_concurrency: optional(wholeUpTo(limits.sourceConcurrencyMax)),
    source_bytes_per_day: optional(wholeUpTo(limits.sourceBytesPerDayMax)),
    source_minutes_per_day: optional(number({ min: 0.1, max: 100_000 })),
  }),
  (given) => {
    const {
      source_concurrency: concurrency,
      source_bytes_per_day: bytes,
      source_minutes_per_day: minutes,
    } = given;
    return {
      rejectedPercentMax: given.rejected_percent_max,
      ...(concurrency === undefined ? {} : { sourceConcurrencyMax: concurrency }),
      ...(bytes === undefined ? {} : { sourceBytesPerDay: bytes }),
      ...(minutes === undefined ? {} : { sourceMinutesPerDay: minutes }),
    };
  },
);

/** Limits as they stand in YAML. */
export function encodeLimits(given: DatasetLimits): PlainMap {
  return present({
    rejected_percent_max: given.rejectedPercentMax,
    source_concurrency: given.sourceConcurrencyMax,
    source_bytes_per_day: given.sourceBytesPerDay,
    source_minutes_per_day: given.sourceMinutesPerDay,
  });
}
