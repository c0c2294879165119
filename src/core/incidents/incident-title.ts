import { formatNumber, formatValue } from '../checks/format.ts';
import { columnOf, groupingOf } from './collapse-lines.ts';
import type { Incident, IncidentLine } from './incident.ts';

const phrasesMax = 3;

/**
 * An incident in one line, from its largest deviations: `flights 2001-07-03: half of the rows are missing, distance and
 * delay changed`. Speaks of the open lines, or of all when none is open.
 */
export function incidentTitle(incident: Pick<Incident, 'dataset' | 'firstPartition' | 'lines'>): string {
  const open = incident.lines.filter((line) => line.open);
  const lines = (open.length > 0 ? open : incident.lines).toSorted((a, b) => b.severity - a.severity);
  const phrases = [
    ...rowPhrases(lines),
    ...wholePhrases(lines),
    ...groupPhrases(lines),
    ...columnPhrases(lines),
    ...agePhrases(lines),
  ];
  const shown =
    phrases.length === 0 ? lines.slice(0, 1).map(({ text }) => text) : phrases.slice(0, phrasesMax);
  return `${incident.dataset} ${framed(lines, incident.firstPartition)}: ${shown.join(', ')}`;
}

/** The partition, or the first and the last of several. */
function framed(lines: readonly IncidentLine[], first: string): string {
  const keys = [...new Set(lines.map(({ partition }) => partition))];
  const from = keys.reduce((least, key) => (key < least ? key : least), keys[0] ?? first);
  const to = keys.reduce((most, key) => (key > most ? key : most), keys[0] ?? first);
  return from === to ? from : `${from} to ${to}`;
}

function rowPhrases(lines: readonly IncidentLine[]): string[] {
  const line =
    lines.find((one) => one.check === 'empty_partition') ?? lines.find((one) => one.check === 'row_count');
  if (line === undefined) return [];
  const { value, expected } = line.deviation ?? {};
  if (value === 0) return ['there are no rows'];
  if (value === undefined || expected === undefined || expected === 0) return [line.text];
  return [rowsText(value / expected)];
}

function rowsText(ratio: number): string {
  if (ratio < 0.05) return 'almost all rows are missing';
  if (ratio > 0.45 && ratio < 0.55) return 'half of the rows are missing';
  if (ratio < 1) return `${formatNumber(Math.round(100 * (1 - ratio)))} % of the rows are missing`;
  if (ratio > 1.9 && ratio < 2.1) return 'twice as many rows as expected';
  if (ratio > 2) return `${formatNumber(Math.round(ratio))} times as many rows as expected`;
  return `${formatNumber(Math.round(100 * (ratio - 1)))} % more rows than expected`;
}

/** Everything else that is about the dataset as a whole: schema, freshness, errors; in the results' own words. */
function wholePhrases(lines: readonly IncidentLine[]): string[] {
  const whole = lines.filter((line) => {
    return columnOf(line) === undefined && groupingOf(line) === undefined && !followsRows.has(line.check);
  });
  return [...new Map(whole.map((line) => [line.check, line.text])).values()];
}

/** Groups of rows that are larger or smaller than expected. Where rows are missing as a whole, they follow. */
function groupPhrases(lines: readonly IncidentLine[]): string[] {
  if (rowPhrases(lines).length > 0) return [];
  const groups = Map.groupBy(lines, groupingOf);
  return Array.from(groups).flatMap(([columns, own]) => {
    if (columns === undefined) return [];
    const names = new Set(own.map(({ check }) => check));
    return names.size === 1
      ? own.slice(0, 1).map(({ text }) => text)
      : [`${names.size} groups by ${columns} changed`];
  });
}

/** Said elsewhere, or with the rows these change too. */
const followsRows: ReadonlySet<string> = new Set(['row_count', 'empty_partition', 'size_bytes', 'freshness']);

/** The age of the data comes last: where rows are missing, it follows. */
function agePhrases(lines: readonly IncidentLine[]): string[] {
  const age = lines.find(({ check }) => check === 'freshness')?.deviation?.value;
  return age === undefined ? [] : [`the newest row is ${formatValue(age, 'duration')} old`];
}

/** Large changes of shares of nulls by name; the other columns together. */
function columnPhrases(lines: readonly IncidentLine[]): string[] {
  const phrases: string[] = [];
  const changed: string[] = [];
  const byColumn = Map.groupBy(
    lines.filter((line) => columnOf(line) !== undefined),
    (line) => columnOf(line) ?? '',
  );
  for (const [column, own] of byColumn) {
    const phrase = nullPhrase(column, own) ?? errorPhrase(own);
    if (phrase === undefined) changed.push(column);
    else phrases.push(phrase);
  }
  return changed.length === 0 ? phrases : [...phrases, changedText(changed)];
}

function nullPhrase(column: string, lines: readonly IncidentLine[]): string | undefined {
  const line = lines.find(({ deviation }) => deviation?.metric === `${column}.null_percent`);
  const { value, expected } = line?.deviation ?? {};
  if (value === undefined || expected === undefined) return undefined;
  if (value === 100) return `${column} is null everywhere`;
  if (value > expected)
    return `${formatNumber(value)} % of ${column} is null (expected ${formatNumber(expected)} %)`;
  return `fewer nulls in ${column} (${formatNumber(value)} %, expected ${formatNumber(expected)} %)`;
}

function errorPhrase(lines: readonly IncidentLine[]): string | undefined {
  return lines.find(({ status }) => status === 'error')?.text;
}

const columnsNamed = 3;

function changedText(columns: readonly string[]): string {
  if (columns.length > columnsNamed) {
    return `${columns.slice(0, columnsNamed - 1).join(', ')} and ${columns.length - columnsNamed + 1} more columns changed`;
  }
  const last = columns.at(-1) ?? '';
  return columns.length === 1 ? `${last} changed` : `${columns.slice(0, -1).join(', ')} and ${last} changed`;
}
