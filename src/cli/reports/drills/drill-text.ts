import { formatDuration } from '../../../base/units.ts';
import type { DrillReport } from '../../../core/drills/drill-report.ts';
import { formatNumber } from '../../render/figures.ts';
import { styled } from '../../render/style.ts';
import { padText } from '../../render/text-width.ts';
import { drillNames, headFigures, verdictSentence } from './drill-words.ts';

const findingsShown = 10;

/** A drill in a few lines for the terminal. */
export function drillText(report: DrillReport, { color }: { readonly color: boolean }): string {
  const { drill, passed, verdict, faults, startedAt, endedAt } = report;
  const { counts, findings } = verdict;
  const mark = passed ? styled('✓ passed', 'good', color) : styled('✗ failed', 'bad', color);
  const tookMs = endedAt - startedAt;
  const did = drill === 'upgrade' ? 'processes replaced' : 'faults';
  const rate = Number(((counts.jobs * 1_000) / Math.max(1, tookMs)).toPrecision(3));
  const rows = [
    [
      'jobs',
      `${formatNumber(counts.jobs)} (${formatNumber(counts.tasks)} tasks) in ${formatDuration(tookMs)}, ${formatNumber(rate)} jobs/s`,
    ],
    [did, formatNumber(faults.length)],
    ...headFigures(report).map(({ name, count, note }) => [
      name,
      `${formatNumber(count)}${note === '' ? '' : ` (${note})`}`,
    ]),
    ['attempts made again', formatNumber(counts.retries)],
    [
      'compared',
      `${formatNumber(counts.results)} results, ${formatNumber(counts.incidents)} incidents, ${formatNumber(counts.messages)} messages`,
    ],
  ];
  const lines = rows.map(([name = '', value = '']) => `  ${padText(name, 20)} ${value}\n`);
  const shown = findings.slice(0, findingsShown).map(({ kind, what }) => `  ${kind}: ${shortened(what)}\n`);
  const more = findings.length > shown.length ? `  and ${findings.length - shown.length} more\n` : '';
  return `${drillNames[drill]} ${mark}. ${verdictSentence(report)}\n${lines.join('')}${shown.join('')}${more}`;
}

function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)} …` : text;
}
