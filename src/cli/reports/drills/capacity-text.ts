import { formatDuration } from '../../../base/units.ts';
import { bendOf } from '../../../core/drills/capacity.ts';
import type { CapacityReport } from '../../drills/measured-drills.ts';
import { formatNumber } from '../../render/figures.ts';
import { styled } from '../../render/style.ts';
import { renderTable } from '../../render/table.ts';

type Look = { readonly columns: number; readonly color: boolean };

/** A number for people to three digits: rates are no exacter than that. */
export function rounded(value: number): string {
  return formatNumber(Number(value.toPrecision(3)));
}

/** What a capacity drill found, for the terminal. */
export function capacityText(report: CapacityReport, look: Look): string {
  return [
    jobsTable(report, look),
    bends(report),
    ratesTable(report, look),
    latency(report),
    backfills(report, look),
    end(report, look),
  ].join('');
}

function jobsTable({ points }: CapacityReport, { columns: width, color }: Look): string {
  const rows = points.map(({ nodes, jobs, jobsPerSecond, tookMs, latency: times }) => [
    String(nodes),
    formatNumber(jobs),
    rounded(jobsPerSecond),
    formatDuration(tookMs),
    formatDuration(times.p50),
    formatDuration(times.p99),
  ]);
  const right = { align: 'right' as const };
  const columns = [
    { title: 'nodes', ...right },
    { title: 'jobs at once', ...right },
    { title: 'completed per second', ...right },
    { title: 'took', ...right },
    { title: 'job p50', ...right },
    { title: 'job p99', ...right },
  ];
  return renderTable({ columns, rows }, { width, color });
}

/** Where each curve bends, in words. */
export function bendSentence(nodes: number, points: CapacityReport['points']): string {
  const bend = bendOf(points.filter((point) => point.nodes === nodes));
  const with_ = `With ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`;
  if (bend === undefined) return `${with_} the curve still rises at the largest number of jobs.`;
  return `${with_} the curve bends at ${formatNumber(bend.jobs)} jobs at once (${rounded(bend.jobsPerSecond)} per second).`;
}

function bends({ points }: CapacityReport): string {
  return [...new Set(points.map(({ nodes }) => nodes))]
    .map((nodes) => `${bendSentence(nodes, points)}\n`)
    .join('');
}

function ratesTable({ rates }: CapacityReport, { columns: width, color }: Look): string {
  const rows = rates.map(({ nodes, tasks, tasksPerSecond, processors }) => [
    String(nodes),
    formatNumber(tasks),
    rounded(tasksPerSecond),
    processors.map(({ who, cpuMs }) => `${who} ${rounded(cpuMs / Math.max(1, tasks))}`).join(', '),
  ]);
  const right = { align: 'right' as const };
  const columns = [
    { title: 'nodes', ...right },
    { title: 'tasks', ...right },
    { title: 'tasks per second', ...right },
    { title: 'processor time of a task, ms' },
  ];
  return renderTable({ columns, rows }, { width, color });
}

function latency({ startLatency: { count, p50, p99, max } }: CapacityReport): string {
  if (count === 0) return '';
  const [half, most, longest] = [p50, p99, max].map((ms) => formatDuration(ms));
  return `From submission to start on an idle cluster: p50 ${half}, p99 ${most}, longest ${longest} (${count} jobs)\n`;
}

function backfills({ backfills: points }: CapacityReport, { columns: width, color }: Look): string {
  if (points.length === 0) return '';
  const rows = points.map(({ nodes, partitions, rows: taken, tookMs, speedUp }) => [
    String(nodes),
    formatNumber(partitions),
    formatNumber(taken),
    formatDuration(tookMs),
    rounded((taken * 1_000) / tookMs),
    `× ${speedUp.toFixed(2)}`,
  ]);
  const right = { align: 'right' as const };
  const titles = ['nodes', 'partitions', 'rows', 'took', 'rows per second', 'speed-up'];
  const columns = titles.map((title) => ({ title, ...right }));
  return `Backfill of flights:\n${renderTable({ columns, rows }, { width, color })}`;
}

function end({ judged, findings, cutShort }: CapacityReport, { color }: Look): string {
  const jobs = `${formatNumber(judged.jobs)} jobs, ${formatNumber(judged.tasks)} tasks`;
  const found = findings.slice(0, 10).map(({ kind, what }) => `  ${kind}: ${what}\n`);
  const verdict =
    findings.length === 0
      ? styled('✓ every one was done correctly exactly once', 'good', color)
      : styled(`✗ ${findings.length} things are not as they must be`, 'bad', color);
  const short = cutShort === undefined ? '' : `It was cut short: ${cutShort}.\n`;
  return `${jobs}: ${verdict}\n${found.join('')}${short}`;
}
