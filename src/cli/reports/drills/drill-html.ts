import { formatDuration } from '../../../base/units.ts';
import type { DrillReport, Latency } from '../../../core/drills/drill-report.ts';
import type { FaultKind } from '../../../core/drills/fault-plan.ts';
import { formatNumber } from '../../render/figures.ts';
import { escapeHtml, htmlPage, htmlTable, svgNumber } from '../html/page.ts';
import { drillChart } from './drill-chart.ts';
import { drillStyle } from './drill-style.ts';
import {
  counterWords,
  drillNames,
  durationOrNone,
  faultWords,
  headFigures,
  verdictSentence,
} from './drill-words.ts';

/** A drill as one HTML page that needs nothing beside itself. */
export function drillHtml(report: DrillReport): string {
  const { drill, passed, about, startedAt } = report;
  const word = passed ? 'passed' : 'failed';
  const title = `${drillNames[drill]} ${word}`;
  const at = `${new Date(startedAt).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const body = [
    `<header class="verdict ${passed ? 'good' : 'bad'}"><span class="sign" aria-hidden="true">${passed ? '✓' : '✗'}</span><div><h1>${escapeHtml(title)}</h1><p>${escapeHtml(verdictSentence(report))}</p></div></header>`,
    `<p class="muted">${escapeHtml(at)} · seed ${about.seed} · Assay ${escapeHtml(about.version)} · ${escapeHtml(about.cluster)}</p>`,
    tiles(report),
    findings(report),
    `<h2>Throughput</h2><section class="card">${drillChart(report)}${legend(report)}</section>`,
    `<h2>How long it took</h2><section class="card">${latencies(report)}</section>`,
    faultTable(report),
    counters(report),
    nodes(report),
    footer(report),
  ];
  return htmlPage({ title, body: body.join('\n'), style: drillStyle });
}

function tiles(report: DrillReport): string {
  const { verdict, startedAt, endedAt, faults, drill } = report;
  const { counts } = verdict;
  const tookMs = endedAt - startedAt;
  const rate = (count: number): string =>
    formatNumber(Number(((count * 1_000) / Math.max(1, tookMs)).toPrecision(3)));
  const disturbed = drill === 'upgrade' ? 'processes replaced' : 'faults';
  const heads = headFigures(report).map(({ name, count, note }) =>
    tile(name, `<span class="${count === 0 ? 'within' : 'broken'}">${formatNumber(count)}</span>`, note),
  );
  return `<dl class="tiles">
${tile('jobs', formatNumber(counts.jobs), `${formatNumber(counts.tasks)} tasks in ${formatDuration(tookMs)}`)}
${tile(disturbed, formatNumber(faults.length), `${formatNumber(counts.retries)} attempts made again`)}
${heads.join('\n')}
${tile('jobs per second', rate(counts.jobs), `${rate(counts.tasks)} tasks per second`)}
${tile('compared', formatNumber(counts.results), `results, ${formatNumber(counts.incidents)} incidents, ${formatNumber(counts.messages)} messages`)}
</dl>`;
}

function tile(name: string, figure: string, note: string): string {
  return `<div class="tile"><dt>${escapeHtml(name)}</dt><dd>${figure}<small>${escapeHtml(note)}</small></dd></div>`;
}

const findingsShown = 100;

function findings({ verdict }: DrillReport): string {
  if (verdict.findings.length === 0) return '';
  const shown = verdict.findings.slice(0, findingsShown);
  const more = verdict.findings.length - shown.length;
  const rows = shown.map(({ kind, what }) => [
    escapeHtml(kind.replace('_', ' ')),
    `<span class="told">${escapeHtml(what)}</span>`,
  ]);
  const table = htmlTable({ caption: 'What is not as it must be', columns: ['kind', 'what'], rows });
  return `<h2>What is not as it must be</h2><section class="card">${table}${more > 0 ? `<p class="muted">and ${formatNumber(more)} more</p>` : ''}</section>`;
}

function legend({ faults, drill, throughput }: DrillReport): string {
  const kinds = [...new Set(faults.map(({ kind }) => kind))];
  const keys = kinds.map(
    (kind: FaultKind) =>
      `<li><svg viewBox="0 0 14 14"><g class="fault k-${kind}"><rect x="0" y="3" width="14" height="8" rx="3"/></g></svg>${faultWords[kind]}</li>`,
  );
  const until = drill === 'upgrade' ? 'until the new one was ready' : 'until all of it was well again';
  return `<ul class="legend"><li><svg viewBox="0 0 14 14"><rect class="buckets" x="0" y="1" width="14" height="12"/></svg>tasks ended, in intervals of 100 ms (${peakText(throughput)})</li><li><svg viewBox="0 0 14 14"><path class="line" d="M0 9L5 5L9 8L14 4"/></svg>mean of a second</li>${keys.join('')}<li>A bar goes on ${until}.</li></ul>`;
}

function peakText({ tasks, bucketMs }: DrillReport['throughput']): string {
  const most = tasks.reduce((high, count) => Math.max(high, count), 0);
  return `at most ${formatNumber((most * 1_000) / bucketMs)} per second`;
}

function latencies({ latencies: all }: DrillReport): string {
  const most = Math.max(1, ...all.map(({ spread }) => spread.max));
  const rows = all.map((one) => {
    const { of, kind, spread } = one;
    const figures = [spread.p50, spread.p90, spread.p99, spread.max].map((ms) => formatDuration(ms));
    return [`${of} <b>${escapeHtml(kind)}</b>`, formatNumber(spread.count), ...figures, spreadBar(one, most)];
  });
  const columns = [
    'what',
    'number',
    'p50',
    'p90',
    'p99',
    'longest',
    'p50 – p90 – p99 – longest, logarithmic',
  ];
  return `<p class="muted">Jobs from being asked for to their end, tasks from the start of the attempt that was committed to its commit.</p>${htmlTable({ caption: 'Latencies', columns, rows })}`;
}

/** From the median to the longest, on a logarithmic scale from a millisecond on. */
function spreadBar({ spread }: Latency, most: number): string {
  const width = 300;
  const x = (ms: number): string =>
    svgNumber(4 + (Math.log10(Math.max(1, ms)) / Math.max(1, Math.log10(most))) * (width - 8));
  const line = (from: number, to: number, name: string): string =>
    `<line class="${name}" x1="${x(from)}" x2="${x(to)}" y1="8" y2="8"/>`;
  return `<svg class="spread" viewBox="0 0 ${width} 16" aria-hidden="true">${line(1, most, 'track')}${line(spread.p50, spread.max, 'thin')}${line(spread.p50, spread.p99, 'mid')}${line(spread.p50, spread.p90, 'thick')}<circle class="dot" cx="${x(spread.p50)}" cy="8" r="4"/></svg>`;
}

function faultTable({ faults, startedAt, drill }: DrillReport): string {
  if (faults.length === 0) return '';
  const rows = faults.map(({ number, at, kind, what, targets, healedMs, nextEndMs, longestPauseMs }) => [
    String(number),
    formatDuration(at - startedAt),
    `<span class="chip k-${kind}">${faultWords[kind]}</span>`,
    targets.length > 1
      ? `<details><summary>${escapeHtml(what)}: ${targets.length} processes</summary>${escapeHtml(targets.join(', '))}</details>`
      : escapeHtml(what),
    durationOrNone(healedMs),
    durationOrNone(nextEndMs),
    durationOrNone(longestPauseMs),
  ]);
  const isUpgrade = drill === 'upgrade';
  const well = isUpgrade ? 'ready after' : 'well again after';
  const effects = ['next task ended after', 'longest pause begun within 5 s'];
  const title = isUpgrade ? 'Replacements' : 'Faults';
  const remark = isUpgrade ? '' : overlapping;
  const table = htmlTable({ caption: title, columns: ['no.', 'at', 'what', 'whom', well, ...effects], rows });
  return `<h2>${title}</h2><section class="card">${remark}${table}</section>`;
}

const overlapping = '<p class="muted">They overlap: what stands in one row may be the doing of another.</p>';

function counters({ counters: sums }: DrillReport): string {
  const rows = Object.entries(sums).map(([name, sum]) => [
    `<code>${escapeHtml(name)}</code>`,
    formatNumber(sum),
    escapeHtml(counterWords[name] ?? ''),
  ]);
  if (rows.length === 0) return '';
  const table = htmlTable({ caption: 'Counters', columns: ['counter', 'at least', 'meaning'], rows });
  return `<h2>What the processes counted</h2><section class="card"><p class="muted">Looked at every two seconds: what a process counted after the last look before its death is missing.</p>${table}</section>`;
}

function nodes({ nodes: all }: DrillReport): string {
  if (all.length === 0) return '';
  const rows = all.map(({ name, versions, tasks }) => [
    escapeHtml(name),
    formatNumber(tasks),
    escapeHtml(versions.join(' → ')),
  ]);
  return `<h2>Data nodes</h2><section class="card">${htmlTable({ caption: 'Data nodes', columns: ['node', 'tasks', 'version'], rows })}</section>`;
}

function footer({ about }: DrillReport): string {
  return `<footer class="muted"><p>Run it again: <code>${escapeHtml(about.command)}</code></p><p>${escapeHtml(about.machine)}</p></footer>`;
}
