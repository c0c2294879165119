import { renderTable } from '../../src/cli/render/table.ts';
import type { ReportTable } from './tables.ts';

/** The tables for a terminal. */
export function terminalText(tables: readonly ReportTable[], width: number): string {
  return tables
    .map(({ title, note, columns, texts, rows }) => {
      const layout = columns.map(
        (name, at) => ({ title: name, align: at < texts ? 'left' : 'right' }) as const,
      );
      return `\n${title}\n${note}\n${renderTable({ columns: layout, rows }, { width, color: false })}`;
    })
    .join('');
}
