import { formatDuration } from '../../../base/units.ts';
import type { RecoveryReport } from '../../drills/measured-drills.ts';
import { formatNumber } from '../../render/figures.ts';
import { escapeHtml, htmlTable, svgNumber } from '../html/page.ts';
import { measuredPage } from './measured-page.ts';
import { refusedOf } from './recovery-text.ts';

type Times = RecoveryReport['times'][number];

/** A recovery drill as one HTML page: each repeat is a dot against the promise and the aim. */
export function recoveryHtml(report: RecoveryReport): string {
  const { about, findings, judged, cutShort, times } = report;
  const kept = times.every(({ keepsFloor }) => keepsFloor);
  const passed = kept && findings.length === 0 && cutShort === undefined;
  const broken = times.filter(({ keepsFloor }) => !keepsFloor).map(({ name }) => name);
  const sentence =
    cutShort === undefined
      ? kept
        ? 'Every repeat kept its promise. Times are those of the history in the database.'
        : `A promise was broken: ${broken.join(', ')}.`
      : `It was cut short: ${cutShort}.`;
  const sections = [
    { title: 'How long it takes until work goes on', html: table(times) },
    ...failures(times),
  ];
  return measuredPage({ name: 'Recovery drill', passed, sentence, about, judged, findings, sections });
}

function table(times: readonly Times[]): string {
  const most = Math.max(1, ...times.flatMap(({ spread, floorMs }) => [spread.max, floorMs]));
  const rows = times.map((one) => {
    const { name, what, measured, spread, floorMs, aimMs, keepsFloor, reachesAim } = one;
    const sign = (isGood: boolean, text: string): string =>
      `<span class="${isGood ? 'within' : 'broken'}">${text} ${isGood ? '✓' : '✗'}</span>`;
    return [
      `<b>${escapeHtml(name)}</b><br><span class="muted">${escapeHtml(what)}</span>`,
      formatNumber(measured.length),
      formatDuration(spread.p50),
      formatDuration(spread.p99),
      formatDuration(spread.max),
      sign(keepsFloor, formatDuration(floorMs)),
      sign(reachesAim, formatDuration(aimMs)),
      refusedOf(one),
      dots(one, most),
    ];
  });
  const columns = [
    'experiment',
    'repeats',
    'median',
    'p99',
    'longest',
    'promise',
    'aim (median)',
    'late commits refused',
    'each repeat; lines: aim, promise (logarithmic)',
  ];
  return htmlTable({ caption: 'Recovery times', columns, rows });
}

const width = 300;

function dots({ measured, aimMs, floorMs }: Times, most: number): string {
  const x = (ms: number): string =>
    svgNumber(4 + (Math.log10(Math.max(1, ms / 10)) / Math.max(1, Math.log10(most / 10))) * (width - 8));
  const line = (ms: number, colour: string): string =>
    `<line x1="${x(ms)}" x2="${x(ms)}" y1="0" y2="16" stroke="var(${colour})" stroke-width="2"/>`;
  const circles = measured.map(({ ms }) => `<circle class="dot" cx="${x(ms)}" cy="8" r="3" opacity="0.55"/>`);
  return `<svg class="spread" viewBox="0 0 ${width} 16" aria-hidden="true"><line class="track" x1="4" x2="${width - 4}" y1="8" y2="8"/>${line(aimMs, '--good')}${line(floorMs, '--fail')}${circles.join('')}</svg>`;
}

function failures(times: readonly Times[]): { readonly title: string; readonly html: string }[] {
  const rows = times.flatMap(({ name, failures: all }) =>
    all.map((why) => [escapeHtml(name), escapeHtml(why)]),
  );
  if (rows.length === 0) return [];
  const html = htmlTable({ caption: 'Repeats without a time', columns: ['experiment', 'why'], rows });
  return [{ title: 'Repeats that gave no time', html }];
}
