import { formatBytes, formatDuration, second } from '../../base/units.ts';
import type { Result, ResultStatus } from '../../core/checks/result.ts';
import { compareResults, countStatuses, isFailing } from '../../core/checks/status.ts';
import type { RejectedRow } from '../../core/datasets/revision.ts';
import { type MetricValue, metricKey } from '../../core/metrics/metric.ts';
import type { CheckReport, PartitionReport } from '../../services/quality/check-files.ts';
import { boundsText, checkName, errorsText, valueText } from '../views/result-text.ts';
import { columnTable } from './column-table.ts';
import { renderFailedRows } from './failed-rows.ts';
import { formatNumber, sparkline } from './figures.ts';
import { statusMark, statusStyle, styled } from './style.ts';
import { type Cell, renderTable } from './table.ts';
import { truncateText, visibleText } from './text-width.ts';

export type ReportOptions = {
  /** What was checked, as the user named it. */
  readonly title: string;
  readonly width: number;
  readonly color: boolean;
};

const samplesShown = 10;
const alarmsShown = 40;
const failuresShown = 10;
const sparklineMax = 60;

/** A check report for people: a header, a line for each column, the checks, what was rejected, and the verdict. */
export function renderCheckReport(report: CheckReport, options: ReportOptions): string {
  const last = report.partitions.findLast(isChecked);
  const sections = [
    header(report, options),
    ...(last === undefined ? [] : [columns(report, last, options)]),
    ...(report.partitions.length > 1 ? [trend(report, options)] : []),
    results(report, options),
    failedRows(report, options),
    rejectedRows(report, options),
    failures(report, options),
    verdict(report, options),
  ];
  return `${sections.filter((section) => section !== '').join('\n')}\n`;
}

type Checked = PartitionReport & {
  readonly found: Extract<PartitionReport['found'], { kind: 'checked' }>;
};

function isChecked(partition: PartitionReport): partition is Checked {
  return partition.found.kind === 'checked';
}

function header(report: CheckReport, { title, color, width }: ReportOptions): string {
  const last = report.partitions.findLast(isChecked);
  const { fileCount, partitions, rowCount, sizeBytes, elapsedMs } = report;
  const parts = [
    ...(fileCount > 1 ? [`${formatNumber(fileCount)} files`] : []),
    ...(partitions.length > 1 ? [`${formatNumber(partitions.length)} partitions`] : []),
    count(rowCount, 'row'),
    ...(last === undefined ? [] : [count(last.found.schema.length, 'column')]),
    formatBytes(sizeBytes),
    formatDuration(elapsedMs),
    ...(elapsedMs > 0 && rowCount > 0 ? [`${rate((rowCount * second) / elapsedMs)} rows/s`] : []),
  ];
  const name = styled(truncateText(visibleText(title), width), 'strong', color);
  return `${name}\n${styled(parts.join(' · '), 'muted', color)}\n`;
}

function columns(report: CheckReport, last: Checked, options: ReportOptions): string {
  if (last.found.schema.length === 0) return '';
  const caption =
    report.partitions.length > 1 ? `Columns of the last partition, ${visibleText(last.key)}\n` : '';
  return `${caption}${renderTable(columnTable(last.found), options)}`;
}

/** The rows of each partition as a line, and how far thresholds could be learned. */
function trend(report: CheckReport, { color }: ReportOptions): string {
  const shown = report.partitions.slice(-sparklineMax);
  const rows = shown.map(({ found }) => (found.kind === 'checked' ? found.rowCount : null));
  const line = styled(sparkline(rows, { from: 'zero' }), 'accent', color);
  const from = visibleText(shown[0]?.key ?? '');
  const to = visibleText(shown.at(-1)?.key ?? '');
  return `Rows  ${line}  ${styled(`${from} … ${to}`, 'muted', color)}\n`;
}

/** Checks that people set with all their results; of what is always watched, only what is wrong. */
function results(report: CheckReport, options: ReportOptions): string {
  const several = report.partitions.length > 1;
  const lines = report.partitions.filter(isChecked).flatMap((partition) =>
    distinctResults(partition)
      .filter((result) => isFailing(result.status) || (!several && isAsked(result)))
      .map((result) => ({ partition, result })),
  );
  if (lines.length === 0) return '';
  const sorted = several ? lines : lines.toSorted((a, b) => compareResults(a.result, b.result));
  const shown = sorted.slice(-alarmsShown);
  const table = renderTable(
    {
      columns: [
        { title: '' },
        ...(several ? [{ title: 'partition', maxWidth: 30 }] : []),
        { title: several ? 'finding' : 'check', maxWidth: 60 },
        { title: 'value', align: 'right', maxWidth: 24 },
        { title: 'expected', maxWidth: 60 },
      ],
      rows: shown.map(({ partition, result }) => resultCells(result, { partition, several })),
    },
    options,
  );
  const hidden = lines.length - shown.length;
  const errors = errorsText(
    shown.map(({ result }) => result),
    options.width,
  );
  return `${table}${errors}${hidden > 0 ? `… and ${formatNumber(hidden)} earlier ones; --json has all\n` : ''}`;
}

/** Without values configured as missing, `missing_count` is `null_count`: nobody wants to read it twice. */
function distinctResults({ found }: Checked): readonly Result[] {
  const verdicts = new Set(found.results.map(({ check, status, value }) => `${check} ${status} ${value}`));
  return found.results.filter(({ check, status, value, record }) => {
    const twin = check.replace(/\.missing_(count|percent)$/, '.null_$1');
    return twin === check || record.kind !== 'learned' || !verdicts.has(`${twin} ${status} ${value}`);
  });
}

/** Whether somebody asked for it: a bound, or groups of rows. */
function isAsked({ record }: Result): boolean {
  const isOfGroups = record.kind === 'rule' && record.rule === 'segments';
  return record.kind === 'set' || record.kind === 'error' || isOfGroups;
}

function resultCells(
  result: Result,
  { partition, several }: { readonly partition: Checked; readonly several: boolean },
): Cell[] {
  const style = statusStyle(result.status);
  const scale = scaleOf(result, partition.found.values);
  return [
    { text: statusMark(result.status), style },
    ...(several ? [partition.key] : []),
    { text: checkName(result), ...(result.status === 'pass' ? {} : { style }) },
    result.value === undefined && result.exact === undefined ? '' : valueText(result, scale),
    { text: boundsText(result, scale), style: 'muted' },
  ];
}

function scaleOf(result: Result, values: readonly MetricValue[]): MetricValue['scale'] {
  const found = values.find((one) => metricKey(one.metric, one.column, one.segment) === result.metric);
  return found?.scale ?? 'number';
}

/** Of several partitions the newest samples: the others were seen when they were new. */
function failedRows(report: CheckReport, { color, width }: ReportOptions): string {
  const found = report.partitions.filter(isChecked).findLast((one) => one.found.failedRows.length > 0);
  if (found === undefined) return '';
  const prefix = report.partitions.length > 1 ? { prefix: `${visibleText(found.key)}: ` } : {};
  return renderFailedRows(found.found.failedRows, { color, width, rowsMax: samplesShown, ...prefix });
}

function rejectedRows(report: CheckReport, { color, width }: ReportOptions): string {
  if (report.rejectedCount === 0) return '';
  const samples = report.partitions.flatMap(({ rejected }) => rejected.samples);
  const shown = samples.slice(0, samplesShown);
  const lines = shown.map((sample) => truncateText(`  ${visibleText(sampleText(sample))}`, width));
  const rest = report.rejectedCount - shown.length;
  const title = styled(`${count(report.rejectedCount, 'row')} rejected`, 'warning', color);
  return [title, ...lines, ...(rest > 0 ? [`  … and ${formatNumber(rest)} more`] : []), ''].join('\n');
}

function sampleText({ file, row, column, reason, text }: RejectedRow): string {
  const place = row === undefined ? file : `${file}:${row}`;
  const where = column === undefined ? '' : ` column “${column}”:`;
  return `${place}${where} ${reason}${text === undefined ? '' : `: ${text}`}`;
}

function failures(report: CheckReport, { color }: ReportOptions): string {
  const failed = report.partitions.flatMap(({ key, found }) =>
    found.kind === 'failed' ? [{ key, ...found }] : [],
  );
  if (failed.length === 0) return '';
  const lines = failed.slice(0, failuresShown).flatMap(({ key, failure }) => {
    const name = report.partitions.length > 1 ? `${visibleText(key)}: ` : '';
    const text = `${statusMark('error')} ${name}${visibleText(failure.message)}`;
    const hint = failure.hint === undefined ? [] : [`  ${visibleText(failure.hint)}`];
    return [styled(`${text} (${failure.code})`, statusStyle('error'), color), ...hint];
  });
  const rest = failed.length - failuresShown;
  return [...lines, ...(rest > 0 ? [`… and ${formatNumber(rest)} more partitions`] : []), ''].join('\n');
}

const verdictWords = {
  pass: 'pass',
  warn: 'warning',
  fail: 'fail',
  error: 'error',
  not_evaluated: 'pass',
} as const satisfies Record<ResultStatus, string>;

function verdict(report: CheckReport, { color }: ReportOptions): string {
  const { status } = report;
  const text = `${statusMark(status)} ${verdictWords[status]}`;
  return `${styled(text, statusStyle(status), color)}  ${verdictReason(report)}`;
}

function verdictReason(report: CheckReport): string {
  const checked = report.partitions.filter(isChecked);
  const all = checked.flatMap(distinctResults);
  const judged = countStatuses(all.filter((result) => isAsked(result) || isFailing(result.status)));
  const failed = report.partitions.length - checked.length;
  const found = report.partitions.filter(({ status }) => isFailing(status)).length;
  const of = `${formatNumber(found)} of ${count(report.partitions.length, 'partition')}`;
  const parts = [
    ...(found > 0 && report.partitions.length > 1 ? [`${of} with findings`] : []),
    ...(failed > 0 && report.partitions.length > 1 ? [`${count(failed, 'partition')} can not be read`] : []),
    ...(failed > 0 && report.partitions.length === 1 ? [unreadReason(report)] : []),
    ...(judged.error > 0 ? [`${count(judged.error, 'check')} with an error`] : []),
    ...(judged.fail > 0 ? [`${formatNumber(judged.fail)} failed`] : []),
    ...(judged.warn > 0 ? [count(judged.warn, 'warning')] : []),
    ...(report.rejectedCount > 0 ? [`${count(report.rejectedCount, 'row')} rejected`] : []),
    ...(judged.pass > 0 ? [`${count(judged.pass, 'check')} passed`] : []),
  ];
  if (parts.length > 0) return parts.join(', ');
  if (report.partitions.length > 1) return learnedReason(all);
  return 'all rows were read; -c checks.yaml sets what must hold';
}

function unreadReason({ partitions }: CheckReport): string {
  const isRejected = partitions.some(
    ({ found }) => found.kind === 'failed' && found.failure.code === 'REJECTED_TOO_MANY',
  );
  return isRejected ? 'too many rows do not fit' : 'the data can not be read';
}

function learnedReason(all: readonly Result[]): string {
  const learned = all.filter(({ record }) => record.kind === 'learned');
  if (learned.some(({ status }) => status === 'pass'))
    return 'nothing unusual among what was learned from the earlier partitions';
  return 'too few partitions to learn from yet; -c checks.yaml sets what must hold';
}

function count(amount: number, noun: string): string {
  return `${formatNumber(amount)} ${noun}${amount === 1 ? '' : 's'}`;
}

/** Two digits are enough for a speed: `1.2 M`, `460 k`. */
function rate(perSecond: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e6, ' M'],
    [1e3, ' k'],
  ];
  const [unit, name] = units.find(([size]) => perSecond >= size) ?? [1, ''];
  return `${formatNumber(Number((perSecond / unit).toPrecision(2)))}${name}`;
}
