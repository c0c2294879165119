import { formatValue } from '../../../core/checks/format.ts';
import type { AlarmList } from '../../../core/policies/replay.ts';
import type { ReplayedIncident } from '../../../core/policies/replay-incidents.ts';
import type { ReplayedMetric } from '../../../core/policies/replay-metrics.ts';
import type { ReplayView } from '../../../services/quality/replays.ts';
import { plural } from '../../render/figures.ts';
import { plotSeries } from '../../render/plot.ts';
import { type Style, statusMark, statusStyle, styled } from '../../render/style.ts';
import { padText, truncateText, visibleText, wrapText } from '../../render/text-width.ts';
import { partitionGrid } from './partition-grid.ts';
import { markKindOf } from './partition-mark.ts';
import { budgetSentence, comparisonSentence, isOverBudget, replayTitle } from './replay-words.ts';

type Paper = { readonly width: number; readonly color: boolean };

const incidentsShown = 12;
const linesShown = 3;
const plotsShown = 3;
const changesShown = 8;
const plotHeight = 6;

/** A replay for a terminal: calendar, totals, incidents, plots of the worst metrics, and what the policy changes. */
export function replayText(view: ReplayView, paper: Paper): string {
  const blocks = [
    wrapText(visibleText(replayTitle(view)), paper.width).map((line) => styled(line, 'strong', paper.color)),
    strip(view, paper),
    totals(view, paper),
    incidentList(view.incidents, paper),
    ...view.metrics.slice(0, plotsShown).map((metric) => plot(metric, paper)),
    ...changes(view, paper),
    notMeasured(view, paper),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

type Mark = { readonly sign: string; readonly style: Style; readonly word: string };

const marks = {
  learning: { sign: '-', style: 'muted', word: 'learning' },
  pass: { sign: '·', style: 'good', word: 'pass' },
  warn: { sign: statusMark('warn'), style: statusStyle('warn'), word: 'warn' },
  fail: { sign: statusMark('fail'), style: statusStyle('fail'), word: 'fail' },
  error: { sign: statusMark('error'), style: statusStyle('error'), word: 'error' },
} as const satisfies Record<string, Mark>;

/** One character for each partition, as a calendar where the keys are times. */
function strip({ partitions }: ReplayView, { width, color }: Paper): string[] {
  const keyMax = Math.max(0, ...partitions.map(({ partition }) => partition.length));
  const labelMax = Math.min(24, keyMax, Math.floor(width / 3));
  const grid = partitionGrid(
    partitions.map(({ partition }) => partition),
    width - labelMax - 4,
  );
  const labelWidth = Math.min(labelMax, Math.max(...grid.rows.map(({ label }) => label.length), 0));
  const seen = new Set<Mark>();
  const rows = grid.rows.map(({ label, cells }) => {
    const signs = cells.map((place) => {
      const partition = place === undefined ? undefined : partitions[place];
      if (partition === undefined) return ' ';
      const mark = marks[markKindOf(partition)];
      seen.add(mark);
      return styled(mark.sign, mark.style, color);
    });
    return `  ${padText(truncateText(visibleText(label), labelWidth), labelWidth)}  ${signs.join('').trimEnd()}`;
  });
  const legend = Object.values(marks)
    .filter((mark) => seen.has(mark))
    .map(({ sign, style, word }) => `${styled(sign, style, color)} ${word}`);
  return [...rows, `  ${legend.join('   ')}`];
}

function totals(view: ReplayView, { width, color }: Paper): string[] {
  const comparison = comparisonSentence(view);
  const style = isOverBudget(view.totals) ? 'warning' : 'good';
  return [
    ...wrapText(budgetSentence(view), width).map((line) => styled(line, style, color)),
    ...(comparison === undefined ? [] : wrapText(comparison, width)),
  ];
}

function incidentList(incidents: readonly ReplayedIncident[], paper: Paper): string[] {
  if (incidents.length === 0) return ['No incident.'];
  const lines = incidents.slice(0, incidentsShown).flatMap((incident) => incidentLines(incident, paper));
  const rest = incidents.length - incidentsShown;
  const more = rest > 0 ? [`  and ${plural(rest, 'more incident')}; --html and --json show all`] : [];
  return [styled('Incidents', 'strong', paper.color), ...lines, ...more];
}

function incidentLines(incident: ReplayedIncident, { width, color }: Paper): string[] {
  const { level, title, alarms } = incident;
  const mark = styled(statusMark(level), statusStyle(level), color);
  const own = incident.lines.slice(0, linesShown).map(({ partition, text }) => {
    return styled(truncateText(`      ${visibleText(`${partition}  ${text}`)}`, width), 'muted', color);
  });
  return [
    `  ${mark} ${truncateText(`${visibleText(title)} (${plural(alarms, 'alarm')})`, width - 4)}`,
    ...own,
  ];
}

/** A metric's values over the replayed partitions, the learned band shaded, alarms marked below. */
function plot(metric: ReplayedMetric, { width, color }: Paper): string[] {
  const alarmMarks = metric.alarms.map((alarm) => (alarm === null ? null : statusMark(alarm)));
  const labels = 12;
  const drawn = plotSeries(
    { ...metric, marks: alarmMarks },
    { width: Math.max(10, Math.min(100, width - labels - 3)), height: plotHeight },
  );
  if (drawn === undefined) return [];
  const { lines, low, high } = drawn;
  const label = (at: number): string => {
    const value = at === 0 ? high : at === lines.length - 1 ? low : undefined;
    const text = value === undefined ? '' : formatValue(value, metric.format);
    return padText(truncateText(text, labels), labels, 'right');
  };
  const [first = '', last = ''] = [metric.partitions[0], metric.partitions.at(-1)];
  const frame = ' '.repeat(labels);
  const room = Math.max(1, drawn.marks.length - first.length - last.length);
  return [
    `${styled(truncateText(visibleText(metric.metric), width - 30), 'strong', color)}  ${styled('░ expected', 'muted', color)}`,
    ...lines.map((line, at) => `${label(at)} ${styled('│', 'muted', color)}${styled(line, 'accent', color)}`),
    `${frame} ${styled('└', 'muted', color)}${styled(drawn.marks, 'bad', color).trimEnd()}`,
    truncateText(`${frame}  ${first}${first === last ? '' : `${' '.repeat(room)}${last}`}`, width),
  ];
}

function changes({ today }: ReplayView, paper: Paper): string[][] {
  if (today === undefined) return [];
  return [
    changeList('Alarms that would vanish', today.vanished, paper),
    changeList('Alarms that would be new', today.added, paper),
  ];
}

function changeList(title: string, { count, worst }: AlarmList, { width, color }: Paper): string[] {
  if (count === 0) return [];
  const shown = worst.slice(0, changesShown).map(({ partition, status, text }) => {
    const mark = styled(statusMark(status), statusStyle(status), color);
    return `  ${mark} ${truncateText(visibleText(`${partition}  ${text}`), width - 4)}`;
  });
  const more = count > shown.length ? [`  and ${plural(count - shown.length, 'more alarm')}`] : [];
  return [styled(title, 'strong', color), ...shown, ...more];
}

function notMeasured({ notMeasured: checks }: ReplayView, { width, color }: Paper): string[] {
  if (checks.length === 0) return [];
  return [
    styled('Not measured yet, so not replayed', 'strong', color),
    ...checks.map(({ check, reason }) => truncateText(`  ${visibleText(check)}: ${reason}`, width)),
  ];
}
