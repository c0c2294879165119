import { limits } from '../../base/limits.ts';
import { keyText } from './request-schemas.ts';
import { count, described, flag, list, number, object, oneOf, text, word } from './schema-kit.ts';

/** What a request for a backfill says, except for which dataset. */
export const backfillCostBody = object(
  {},
  {
    from: keyText,
    to: keyText,
    concurrency: { type: 'integer', minimum: 1, maximum: limits.backfillConcurrencyMax },
    force: flag,
  },
);

const known = object({
  total: number,
  ofPartitions: described(count, 'Of how many of the partitions that are to be read this is known.'),
});

export const backfillCostSchema = object(
  {
    dataset: text,
    partitions: described(count, 'In the frame.'),
    unchanged: described(count, 'Of them: what is as it was when it was read last, and is not read again.'),
    toRead: count,
    duration: described(
      oneOf(
        object({
          kind: word('estimated'),
          durationMs: number,
          from: described(count, 'Partitions of this dataset that were read lately, whose rate is taken.'),
          by: word('bytes', 'partitions'),
        }),
        object({ kind: word('unknown'), reason: text }),
      ),
      'Of reading alone; what is read is measured beside it, and judged at the end.',
    ),
    bounds: list(
      object({
        kind: word(
          'concurrency',
          'slots',
          'source_concurrency',
          'source_breaker',
          'bytes_per_day',
          'minutes_per_day',
        ),
        binds: described(flag, 'Whether it is what makes the backfill wait.'),
        text,
      }),
    ),
  },
  {
    from: text,
    to: text,
    bytes: described(known, 'Absent when the source does not say.'),
    rows: described(known, 'Of what was read before; absent when nothing was.'),
  },
);
