import type { PartitionKey } from '../../base/ids.ts';
import { formatChange, formatOf, splitMetricKey } from '../checks/format.ts';
import { columnsOfLabel } from '../metrics/segments/segment-label.ts';
import type { IncidentLine } from './incident.ts';

/** All failing checks of one column of one partition, or of the dataset itself, as one line. */
export type CollapsedLine = {
  readonly partition: PartitionKey;
  readonly column?: string;
  /** `delay: null_percent +20 points, avg +61 % and 13 more`. */
  readonly text: string;
  readonly severity: number;
  readonly status: IncidentLine['status'];
  readonly open: boolean;
  readonly lines: readonly IncidentLine[];
};

const metricsShown = 3;

/**
 * Collapses lines by partition and column, the most severe first: 15 metrics of one broken column are one line, and so are
 * the rows of all groups by the same columns.
 */
export function collapseLines(lines: readonly IncidentLine[]): CollapsedLine[] {
  const groups = new Map<string, IncidentLine[]>();
  for (const line of lines) {
    const column = columnOf(line);
    const key = JSON.stringify([line.partition, column ?? groupingOf(line) ?? line.check, line.open]);
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups.values()].flatMap(collapse).sort((a, b) => b.severity - a.severity);
}

/** The column that a line is about; undefined for the dataset's own metrics. */
export function columnOf(line: IncidentLine): string | undefined {
  return splitMetricKey(line.deviation?.metric ?? line.check).column;
}

/** What the groups of rows have in common whose rows a line counts; undefined for a line about anything else. */
export function groupingOf(line: IncidentLine): string | undefined {
  const { name, segment } = splitMetricKey(line.deviation?.metric ?? line.check);
  return name === 'row_count' && segment !== undefined ? columnsOfLabel(segment) : undefined;
}

function collapse(group: readonly IncidentLine[]): CollapsedLine[] {
  const lines = group.toSorted((a, b) => b.severity - a.severity);
  const [worst] = lines;
  if (worst === undefined) return [];
  const column = columnOf(worst);
  const subject = column === undefined ? '' : `${column}: `;
  const text = lines.length === 1 ? worst.text : `${subject}${changesText(lines)}`;
  return [
    {
      partition: worst.partition,
      ...(column === undefined ? {} : { column }),
      text,
      severity: worst.severity,
      status: worstOf(lines),
      open: worst.open,
      lines,
    },
  ];
}

function changesText(lines: readonly IncidentLine[]): string {
  const shown = lines.slice(0, metricsShown).map(changeText).join(', ');
  return lines.length > metricsShown ? `${shown} and ${lines.length - metricsShown} more` : shown;
}

/** `avg +61 %`; the check's own words when there is nothing to compare with. */
function changeText(line: IncidentLine): string {
  const { metric, value, expected } = line.deviation ?? { metric: line.check };
  const { name, segment } = splitMetricKey(metric);
  if (value === undefined || expected === undefined) return line.text;
  const group = segment === undefined ? '' : `[${segment}]`;
  return `${name}${group} ${formatChange(expected, value, formatOf(metric))}`;
}

function worstOf(lines: readonly IncidentLine[]): IncidentLine['status'] {
  if (lines.some(({ status }) => status === 'error')) return 'error';
  return lines.some(({ status }) => status === 'fail') ? 'fail' : 'warn';
}
