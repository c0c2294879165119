import type { ReportTable } from './tables.ts';

const begin = '<!-- measured by npm run eval:thresholds: begin -->';
const end = '<!-- measured: end -->';

/** The page with the tables in place of what stands between its markers. */
export function withTables(page: string, tables: readonly ReportTable[]): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no ${begin} … ${end}`);
  const text = tables.map(markdownTable).join('\n\n');
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

function markdownTable({ title, note, columns, texts, rows }: ReportTable): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = columns.map((_, at) => (at < texts ? '---' : '---:'));
  return [`### ${title}`, '', note, '', row(columns), row(rule), ...rows.map(row)].join('\n');
}
