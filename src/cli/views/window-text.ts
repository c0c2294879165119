import { formatOf, formatValue } from '../../core/checks/format.ts';
import { type MetricValue, metricKey } from '../../core/metrics/metric.ts';
import type { WindowsView, WindowView } from '../../services/quality/windows.ts';
import { columnTable } from '../render/column-table.ts';
import { formatNumber, markApproximate } from '../render/figures.ts';
import { renderTable, type Table } from '../render/table.ts';

type Options = {
  /** The metrics that were asked for. */
  readonly metrics: readonly string[];
  readonly width: number;
  readonly color: boolean;
};

/** One window as a table of its columns, or of the metrics asked for; several as one line each. */
export function windowsText(view: WindowsView, options: Options): string {
  const [window] = view.windows;
  if (window === undefined) return '';
  const isOne = window.name === undefined;
  if (!isOne) return renderTable(linesTable(view.windows, options.metrics), options);
  const table =
    options.metrics.length > 0 ? metricsTable(window) : columnTable({ ...window, distributions: [] });
  return `${headline(view.dataset, window)}\n${renderTable(table, options)}`;
}

function headline(dataset: string, { from, to, partitions, rowCount }: WindowView): string {
  const frame = from === to ? from : `${from} … ${to}`;
  const counted = `${formatNumber(partitions)} partition${partitions === 1 ? '' : 's'}`;
  return `${dataset} ${frame}: ${counted}, ${formatNumber(rowCount)} rows`;
}

function metricsTable({ values }: WindowView): Table {
  return {
    columns: [{ title: 'metric' }, { title: 'value', align: 'right' }],
    rows: values.map((value) => [keyOf(value), figure(value)]),
  };
}

/** Weeks are named by their first day. */
const keyWidth = '2001-01-01'.length;

function linesTable(windows: readonly WindowView[], metrics: readonly string[]): Table {
  const asked = [...new Set(metrics)].filter((metric) => metric !== 'row_count');
  return {
    columns: [
      { title: 'window', minWidth: keyWidth },
      { title: 'partitions', align: 'right' },
      { title: 'rows', align: 'right' },
      ...asked.map((title) => ({ title, align: 'right' as const })),
    ],
    rows: windows.map(({ name = '', partitions, rowCount, values }) => {
      const byKey = new Map(values.map((value) => [keyOf(value), value]));
      const cells = asked.map((metric) => figure(byKey.get(metric)));
      return [name, formatNumber(partitions), formatNumber(rowCount), ...cells];
    }),
  };
}

function keyOf({ metric, column, segment }: MetricValue): string {
  return metricKey(metric, column, segment);
}

function figure(value: MetricValue | undefined): string {
  if (value?.value === undefined) return '–';
  const { exact, scale } = value;
  const format = formatOf(keyOf(value), exact);
  return markApproximate(formatValue(value.value, format === 'number' ? scale : format), value);
}
