import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../judge/report.ts';
import { reportHtml } from './html.ts';
import { withTables } from './markdown.ts';
import { tablesOf } from './tables.ts';
import { terminalText } from './terminal.ts';

/** The page that shows the tables. */
const docsPage = join(import.meta.dirname, '../../docs/evaluation.md');

/** Writes `report.json` and `report.html` into a directory, the tables into the docs when asked; returns them as text. */
export function writeReport(report: Report, of: { readonly out: string; readonly docs: boolean }): string {
  const tables = tablesOf(report);
  writeFileSync(join(of.out, 'report.json'), `${JSON.stringify(report)}\n`);
  writeFileSync(join(of.out, 'report.html'), reportHtml(report, tables));
  if (of.docs) writeFileSync(docsPage, withTables(readFileSync(docsPage, 'utf8'), tables));
  return terminalText(tables, 150);
}
