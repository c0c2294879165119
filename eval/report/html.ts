import { escapeHtml, htmlPage, htmlTable } from '../../src/cli/reports/html/page.ts';
import { driftDays } from '../inject/drift.ts';
import type { Report } from '../judge/report.ts';
import { recallHeatMap } from './heat-map.ts';
import { driftDots, falseAlarmBars, recallCurves } from './plots.ts';
import type { ReportTable } from './tables.ts';

const style = `<style>
.kind { fill: var(--text); font: 600 13px system-ui, sans-serif; } .axis.strong, .on.strong { font-weight: 650; }
.on { fill: var(--card); font: 11px system-ui, sans-serif; } .empty { fill: var(--learning); } .found { fill: var(--accent); }
.mine { fill: var(--accent); } .other { fill: var(--muted); }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 20px; }
.curve { fill: none; stroke-width: 1.4; stroke-linejoin: round; } .bold { stroke: var(--accent); stroke-width: 3; }
</style>`;

/** One page with all plots and tables, which needs nothing beside itself. */
export function reportHtml(report: Report, tables: readonly ReportTable[]): string {
  const curves = report.streams.map(({ name }) => recallCurves(report, name)).join('');
  const about = report.streams.map(({ name, about }) => `<p>${escapeHtml(`${name}: ${about}.`)}</p>`);
  const body = `${style}
<h1>Learned thresholds on real streams with errors put into them</h1>
<p class="muted">${escapeHtml(`Measured on ${report.machine}, DuckDB ${report.duckdb}.`)}</p>
${about.join('\n')}
<h2>False alarms</h2><div class="card">${falseAlarmBars(report)}</div>
<h2>What is found at what price</h2><div class="card curves">${curves}</div>
<h2>Errors found by kind and size</h2><div class="card">${recallHeatMap(report)}</div>
<h2>Slow drift: on which day it is found</h2><div class="card">${driftDots(report, driftDays)}</div>
${tables.map(tableHtml).join('\n')}`;
  return htmlPage({ title: 'Evaluation of the learned thresholds', body });
}

function tableHtml({ title, note, columns, rows }: ReportTable): string {
  const cells = rows.map((row) => row.map(escapeHtml));
  return `<h2>${escapeHtml(title)}</h2><p class="muted">${escapeHtml(note)}</p>${htmlTable({ caption: title, columns, rows: cells })}`;
}
