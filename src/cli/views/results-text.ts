import type { Result } from '../../core/checks/result.ts';
import type { ResultsView } from '../../services/quality/results.ts';
import { sparkline } from '../render/figures.ts';
import { type Cell, renderTable, type TableColumn } from '../render/table.ts';
import { boundsText, checkName, countsText, errorsText, statusCell, valueText } from './result-text.ts';

type Options = { readonly columns: number; readonly color: boolean };

/** So many partitions fit into a plot beside a value. */
export const plotPartitions = 20;

/** One block for each partition: a line that sums it up, then its table. One check of several partitions is one table. */
export function resultsText(view: ResultsView, { columns: width, color }: Options): string {
  const partitions = [...Map.groupBy(view.results, ({ revision }) => revision.partition).values()];
  const checks = new Set(view.results.map(({ check }) => check));
  if (partitions.length > 1 && checks.size === 1) {
    const title = `${view.results[0]?.revision.dataset} ${[...checks].join()}: ${countsText(view.results)}\n`;
    return title + renderTable(partitionsTable(view.results), { width, color });
  }
  return partitions
    .map((results, at) => {
      const [first] = results;
      if (first === undefined) return '';
      const { dataset, partition, number } = first.revision;
      // The plots end with the newest partition: beside the values of an older one they would mislead.
      const table = resultsTable(results, at === 0 ? view.metrics : {});
      const title = `${dataset} ${partition} (revision ${number}): ${countsText(results)}\n`;
      return title + renderTable(table, { width, color }) + errorsText(results, width);
    })
    .join('');
}

const shownColumns = {
  value: { title: 'value', align: 'right' },
  bounds: { title: 'bounds' },
  status: { title: 'status', minWidth: 8 },
} as const satisfies Record<string, TableColumn>;

function resultsTable(
  results: readonly Result[],
  metrics: ResultsView['metrics'],
): { columns: TableColumn[]; rows: Cell[][] } {
  const { value, bounds, status } = shownColumns;
  return {
    columns: [
      { title: 'check', minWidth: 30 },
      value,
      bounds,
      status,
      { title: 'history', optional: true, minWidth: plotPartitions },
    ],
    rows: results.map((result) => {
      const metric = metrics[result.metric];
      const plot = metric === undefined ? '' : sparkline(metric.values.slice(-plotPartitions));
      return [checkName(result), ...verdictCells(result), plot];
    }),
  };
}

function partitionsTable(results: readonly Result[]): { columns: TableColumn[]; rows: Cell[][] } {
  return {
    columns: [{ title: 'partition', minWidth: 20 }, ...Object.values(shownColumns)],
    rows: results.map((result) => [result.revision.partition, ...verdictCells(result)]),
  };
}

function verdictCells(result: Result): Cell[] {
  return [valueText(result), boundsText(result), statusCell(result.status)];
}

const unansweredShown = 5;

/** Which checks are newer than the verdicts, and what to do; nothing when all are answered. */
export function unansweredText(dataset: string, { results, unanswered }: ResultsView): string {
  if (unanswered.length === 0) return '';
  const partition = results[0]?.revision.partition ?? 'KEY';
  const shown = unanswered.slice(0, unansweredShown).map((check) => `  ${check}\n`);
  const more = unanswered.length - unansweredShown;
  const what = unanswered.length === 1 ? '1 check is' : `${unanswered.length} checks are`;
  return [
    `${what} newer than these verdicts, nothing is known about:\n`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more\n`] : []),
    `next: assay scan ${dataset} --partition ${partition} --force --wait, or of all the past: assay backfill ${dataset} --force\n`,
  ].join('');
}
