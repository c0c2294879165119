import { windowGrains } from '../../core/datasets/sub-windows.ts';
import { checkText, keyText } from './request-schemas.ts';
import { count, described, list, number, object, text, word } from './schema-kit.ts';

export const windowQuery = object(
  {},
  {
    from: keyText,
    to: keyText,
    by: described(
      word(...windowGrains),
      'One window for each; weeks begin on Monday. By default one for all.',
    ),
    column: described(checkText, 'Only the metrics of this column, beside row_count.'),
    metrics: described(
      checkText,
      'Only these metrics, separated by commas outside brackets, such as delay.avg,delay.p99.9.',
    ),
  },
);

const valueSchema = object(
  { metric: text, scale: word('count', 'percent', 'duration', 'distance', 'number'), rows: count },
  {
    column: text,
    segment: text,
    value: number,
    exact: text,
    relativeError: number,
    absoluteError: number,
  },
);

const detailSchema = object(
  {
    metric: text,
    column: text,
    values: list(object({ value: text, count }, { percent: object({ from: number, to: number }) })),
    countError: count,
  },
  { segment: text },
);

export const windowsSchema = object({
  dataset: text,
  windows: list(
    object(
      {
        from: text,
        to: text,
        partitions: count,
        rowCount: count,
        schema: list(object({ name: text, type: object({ kind: text, native: text }) })),
        values: list(valueSchema),
        details: list(detailSchema),
      },
      { name: text },
    ),
  ),
});
