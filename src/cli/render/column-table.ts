import type { ColumnSchema, ColumnType, Schema } from '../../core/datasets/schema.ts';
import { type MetricDetail, type MetricValue, metricKey } from '../../core/metrics/metric.ts';
import { formatMetricValue, formatNumber, markApproximate, sparkline } from './figures.ts';
import type { Cell, Table, TableColumn } from './table.ts';

/** What is known of the columns of one partition. */
export type MeasuredColumns = {
  readonly schema: Schema;
  readonly rowCount: number;
  readonly values: readonly MetricValue[];
  readonly details: readonly MetricDetail[];
  readonly distributions: readonly { readonly column: string; readonly shares: readonly number[] }[];
};

/** One line for each column: type, nulls, distinct values, range, shape and the most frequent values. */
export function columnTable(measured: MeasuredColumns): Table {
  const whole = measured.values.filter(({ segment }) => segment === undefined);
  const values = new Map(whole.map((value) => [metricKey(value.metric, value.column), value]));
  const details = measured.details.filter(({ segment }) => segment === undefined);
  const context = { measured: { ...measured, details }, values };
  const facts = measured.schema.map((column) => columnFacts(column, context));
  const shown = shownColumns.filter(({ of }) => facts.some((fact) => of(fact) !== ''));
  return {
    columns: shown.map(({ column }) => column),
    rows: facts.map((fact) => shown.map(({ of }) => of(fact))),
  };
}

type Facts = {
  readonly name: string;
  readonly type: string;
  readonly nulls: Cell;
  readonly missing: Cell;
  readonly distinct: string;
  readonly min: string;
  readonly average: string;
  readonly median: string;
  readonly max: string;
  readonly values: Cell;
};

/** In order; those for which no column has anything are left out, and the optional ones where there is no room. */
const shownColumns: readonly { readonly column: TableColumn; readonly of: (facts: Facts) => Cell }[] = [
  {
    column: { title: 'column', maxWidth: 40, minWidth: 12 },
    of: ({ name }) => ({ text: name, style: 'strong' }),
  },
  { column: { title: 'type', maxWidth: 14 }, of: ({ type }) => ({ text: type, style: 'muted' }) },
  { column: { title: 'nulls', align: 'right' }, of: ({ nulls }) => nulls },
  { column: { title: 'missing', align: 'right', optional: 5 }, of: ({ missing }) => missing },
  { column: { title: 'distinct', align: 'right' }, of: ({ distinct }) => distinct },
  { column: { title: 'min', align: 'right', maxWidth: 19 }, of: ({ min }) => min },
  { column: { title: 'avg', align: 'right', maxWidth: 12, optional: 4 }, of: ({ average }) => average },
  { column: { title: 'median', align: 'right', maxWidth: 19, optional: 3 }, of: ({ median }) => median },
  { column: { title: 'max', align: 'right', maxWidth: 19 }, of: ({ max }) => max },
  { column: { title: 'values', maxWidth: 50, minWidth: 14, optional: 2 }, of: ({ values }) => values },
];

type Context = {
  readonly measured: MeasuredColumns;
  readonly values: ReadonlyMap<string, MetricValue>;
};

function columnFacts(column: ColumnSchema, { measured, values }: Context): Facts {
  const { name, type } = column;
  const of = (metric: string): MetricValue | undefined => values.get(metricKey(metric, name));
  const nulls = of('null_percent')?.value;
  const missing = of('missing_percent')?.value;
  const distinct = of('distinct_count');
  const shares = measured.distributions.find((one) => one.column === name)?.shares ?? [];
  const shape = sparkline(shares, { from: 'zero' });
  const frequent = frequentText(column, { measured, values });
  return {
    name,
    type: type.native,
    nulls: shareCell(nulls),
    missing: missing === nulls ? '' : shareCell(missing),
    distinct: markApproximate(formatMetricValue(distinct?.value, 'count'), distinct),
    min: figure(type, of('min')),
    average: figure(type, of('avg')),
    median: figure(type, of('p50')),
    max: figure(type, of('max')),
    values: [shape, frequent].filter((part) => part !== '').join(' '),
  };
}

/** A figure of a number or time column. Of texts, the first and the last in the alphabet tell nothing. */
function figure({ kind }: ColumnType, metric: MetricValue | undefined): string {
  if (metric === undefined || kind === 'string') return '';
  const { value, exact, scale, relativeError } = metric;
  if (exact !== undefined) return markApproximate(shortTime(exact), metric);
  // An approximate value of whole numbers is none of them; its fraction would look more exact than it is.
  const isRounded = value !== undefined && kind === 'integer' && relativeError !== undefined;
  return markApproximate(formatMetricValue(isRounded ? Math.round(value) : value, scale), metric);
}

/** Midnights without their hours, and no seconds: the table is narrow. */
function shortTime(exact: string): string {
  const [, date, time] = /^([+-]?\d{4,6}-\d\d-\d\d)T(\d\d:\d\d)/.exec(exact) ?? [];
  if (date === undefined) return exact;
  return time === '00:00' ? date : `${date} ${time}`;
}

function shareCell(percent: number | undefined): Cell {
  if (percent === undefined) return '–';
  if (percent === 0) return { text: '0 %', style: 'muted' };
  return { text: shareText(percent), style: percent >= 50 ? 'bad' : 'warning' };
}

/** Small shares never look like none, and large ones never like all. */
function shareText(percent: number): string {
  if (percent < 0.1) return '<0.1 %';
  if (percent > 99.9 && percent < 100) return '>99.9 %';
  return `${formatNumber(Number(percent.toFixed(percent < 10 ? 1 : 0)))} %`;
}

/** Percentages of rows from which a value is called frequent: a number's shape says more than values that are all rare. */
const frequentFrom = { text: 0.5, figures: 5 };

function frequentText({ name, type }: ColumnSchema, { measured, values }: Context): string {
  const trues = values.get(metricKey('true_count', name))?.value;
  const falses = values.get(metricKey('false_count', name))?.value;
  if (trues !== undefined && falses !== undefined) {
    return trues + falses === 0 ? '' : `true ${shareText((100 * trues) / (trues + falses))}`;
  }
  const top = measured.details.find((detail) => detail.metric === 'top_values' && detail.column === name);
  const shares = (top?.values ?? []).map(({ value, count }) => ({
    value,
    count,
    share: (100 * count) / measured.rowCount,
  }));
  const from = type.kind === 'string' ? frequentFrom.text : frequentFrom.figures;
  const [first] = shares;
  // Where every value is rare, as in an identifier, the lengths say more than arbitrary examples.
  if (first === undefined || first.count === 1 || first.share < from)
    return kindText(name, { measured, values });
  const shown = shares.slice(0, 3).filter(({ share }) => share >= frequentFrom.text);
  return shown.map(({ value, share }) => `${value} ${shareText(share)}`).join(', ');
}

/** Texts with rows of at least this percentage in common are said to be of a kind. */
const kindFrom = { format: 99, pattern: 50 };

/** What rare texts have in common: `email, length 9–40`, `AA-9999 98 %, length 7`. */
function kindText(column: string, { measured, values }: Context): string {
  const rows = values.get(metricKey('format_percent', column))?.rows ?? 0;
  const most = (metric: string): { value: string; share: number } | undefined => {
    const detail = measured.details.find((one) => one.metric === metric && one.column === column);
    const [first] = detail?.values.toSorted((a, b) => b.count - a.count) ?? [];
    return first === undefined || rows === 0
      ? undefined
      : { value: first.value, share: (100 * first.count) / rows };
  };
  const format = most('formats');
  const pattern = most('top_patterns');
  const parts = [
    ...(format !== undefined && format.share >= kindFrom.format ? [format.value] : []),
    ...(pattern !== undefined && pattern.share >= kindFrom.pattern
      ? [`${pattern.value} ${shareText(pattern.share)}`]
      : []),
  ];
  return [...parts.slice(0, 1), lengthText(column, values)].filter((part) => part !== '').join(', ');
}

function lengthText(column: string, values: Context['values']): string {
  const [shortest, longest] = ['min_length', 'max_length'].map(
    (name) => values.get(metricKey(name, column))?.value,
  );
  if (shortest === undefined || longest === undefined) return '';
  if (shortest === longest) return `length ${formatNumber(shortest)}`;
  return `length ${formatNumber(shortest)}–${formatNumber(longest)}`;
}
