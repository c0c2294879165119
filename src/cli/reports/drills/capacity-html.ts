import { formatDuration } from '../../../base/units.ts';
import { bendOf, type CapacityPoint } from '../../../core/drills/capacity.ts';
import type { CapacityReport } from '../../drills/measured-drills.ts';
import { formatNumber } from '../../render/figures.ts';
import { escapeHtml, htmlTable } from '../html/page.ts';
import { bendSentence, rounded } from './capacity-text.ts';
import { lineChart } from './line-chart.ts';
import { measuredPage } from './measured-page.ts';

/** A capacity drill as one HTML page: curves first, then the figures behind them. */
export function capacityHtml(report: CapacityReport): string {
  const { about, findings, judged, cutShort } = report;
  const passed = findings.length === 0 && cutShort === undefined;
  const sentence =
    cutShort === undefined
      ? 'A job counts as completed when its end stands in PostgreSQL. The jobs have no work in them: measured is what the cluster needs for each.'
      : `It was cut short: ${cutShort}.`;
  const sections = [
    { title: 'Jobs completed per second', html: jobs(report) },
    { title: 'Tasks per second, and where the time goes', html: rates(report) },
    { title: 'From submission to start, on an idle cluster', html: latency(report) },
    { title: 'A backfill of three million flights', html: backfills(report) },
  ].filter(({ html }) => html !== '');
  return measuredPage({ name: 'Capacity drill', passed, sentence, about, judged, findings, sections });
}

function jobs({ points }: CapacityReport): string {
  if (points.length === 0) return '';
  const sizes = [...new Set(points.map(({ nodes }) => nodes))];
  const lines = sizes.map((nodes) => lineOf(nodes, points));
  const chart = lineChart({
    summary: `Jobs completed per second against the number of jobs at once, for ${sizes.join(', ')} nodes`,
    xTitle: 'jobs at once',
    yTitle: 'jobs completed per second',
    lines,
  });
  const rows = points.map(({ nodes, jobs: count, jobsPerSecond, tookMs, latency: times }) => [
    String(nodes),
    formatNumber(count),
    rounded(jobsPerSecond),
    formatDuration(tookMs),
    ...[times.p50, times.p99, times.max].map((ms) => formatDuration(ms)),
  ]);
  const columns = ['nodes', 'jobs at once', 'per second', 'took', 'job p50', 'job p99', 'longest'];
  const words = sizes.map((nodes) => `<p>${escapeHtml(bendSentence(nodes, points))}</p>`).join('');
  return `${chart}${words}${htmlTable({ caption: 'Jobs completed per second', columns, rows })}`;
}

function lineOf(nodes: number, all: readonly CapacityPoint[]) {
  const points = all.filter((point) => point.nodes === nodes);
  const bend = bendOf(points);
  return {
    name: nodes === 1 ? '1 node' : `${nodes} nodes`,
    points: points.map((point) => ({
      x: point.jobs,
      y: point.jobsPerSecond,
      ...(point === bend ? { mark: `bends at ${formatNumber(point.jobs)}` } : {}),
    })),
  };
}

function rates({ rates: all }: CapacityReport): string {
  if (all.length === 0) return '';
  const chart = lineChart({
    summary: 'Tasks per second against the number of nodes',
    xTitle: 'nodes',
    yTitle: 'tasks per second',
    lines: [{ name: '', points: all.map(({ nodes, tasksPerSecond }) => ({ x: nodes, y: tasksPerSecond })) }],
  });
  const kinds = [...new Set(all.flatMap(({ processors }) => processors.map(({ who }) => who)))];
  const rows = all.map(({ nodes, tasks, tasksPerSecond, processors }) => [
    String(nodes),
    formatNumber(tasks),
    rounded(tasksPerSecond),
    ...kinds.map((kind) => {
      const use = processors.find(({ who }) => who === kind);
      return use === undefined ? '' : `${rounded(use.cpuMs / Math.max(1, tasks))} ms`;
    }),
  ]);
  const columns = ['nodes', 'tasks', 'per second', ...kinds];
  return `${chart}<p class="muted">Behind the rate: processor time for each task, by kind of process.</p>${htmlTable({ caption: 'Tasks per second', columns, rows })}`;
}

function latency({ startLatency }: CapacityReport): string {
  const { count, p50, p90, p99, max } = startLatency;
  if (count === 0) return '';
  const rows = [[formatNumber(count), ...[p50, p90, p99, max].map((ms) => formatDuration(ms))]];
  return htmlTable({
    caption: 'From submission to start',
    columns: ['jobs', 'p50', 'p90', 'p99', 'longest'],
    rows,
  });
}

function backfills({ backfills: points }: CapacityReport): string {
  if (points.length === 0) return '';
  const rows = points.map(({ nodes, partitions, rows: taken, tookMs, speedUp }) => [
    String(nodes),
    formatNumber(partitions),
    formatNumber(taken),
    formatDuration(tookMs),
    rounded((taken * 1_000) / tookMs),
    `× ${speedUp.toFixed(2)}`,
  ]);
  const columns = ['nodes', 'partitions', 'rows', 'took', 'rows per second', 'speed-up'];
  return htmlTable({ caption: 'A backfill of three million flights', columns, rows });
}
