import type { FailedRowsSample } from '../../core/checks/partition-query.ts';
import { formatNumber } from './figures.ts';
import { styled } from './style.ts';
import { type Cell, renderTable } from './table.ts';
import { visibleText } from './text-width.ts';

type Options = {
  readonly width: number;
  readonly color: boolean;
  /** Rows of each sample that are shown. */
  readonly rowsMax: number;
  /** What stands before each title, such as the partition. */
  readonly prefix?: string;
};

/** Rows that should not exist, a table for each check that found some; empty text when there are none. */
export function renderFailedRows(samples: readonly FailedRowsSample[], options: Options): string {
  return samples.map((sample) => sampleText(sample, options)).join('\n');
}

function sampleText({ metric, count, columns, rows }: FailedRowsSample, options: Options): string {
  const { width, color, rowsMax, prefix = '' } = options;
  const shown = rows.slice(0, rowsMax);
  const part = shown.length < count ? `${formatNumber(shown.length)} of ` : '';
  const amount = `${part}${formatNumber(count)} ${count === 1 ? 'row' : 'rows'}`;
  const title = `${prefix}${visibleText(metric)}: ${amount} that should not exist`;
  const table = renderTable(
    {
      // Where the terminal is narrow, the last columns go first.
      columns: columns.map((name, index) => ({
        title: visibleText(name),
        maxWidth: 40,
        ...(index === 0 ? {} : { optional: index }),
      })),
      rows: shown.map((row) => row.map(cell)),
    },
    { width, color },
  );
  return `${styled(title, 'strong', color)}\n${table}`;
}

function cell(value: string | null): Cell {
  return value === null ? { text: 'null', style: 'muted' } : visibleText(value);
}
