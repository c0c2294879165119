import { formatDuration } from '../../../base/units.ts';
import type { RecoveryReport } from '../../drills/measured-drills.ts';
import { formatNumber } from '../../render/figures.ts';
import { styled } from '../../render/style.ts';
import { type Cell, renderTable } from '../../render/table.ts';

/** What a recovery drill found, for the terminal. */
export function recoveryText(
  report: RecoveryReport,
  { columns: width, color }: { readonly columns: number; readonly color: boolean },
): string {
  const rows = report.times.map((times): Cell[] => {
    const { name, measured, spread, floorMs, aimMs, keepsFloor, reachesAim } = times;
    return [
      name,
      formatNumber(measured.length),
      formatDuration(spread.p50),
      formatDuration(spread.p99),
      { text: formatDuration(spread.max), style: keepsFloor ? 'good' : 'bad' },
      formatDuration(floorMs),
      { text: `${formatDuration(aimMs)} ${reachesAim ? '✓' : '✗'}`, style: reachesAim ? 'good' : 'warning' },
      refusedOf(times),
    ];
  });
  const right = { align: 'right' as const };
  const columns = [
    { title: 'experiment' },
    ...['repeats', 'median', 'p99', 'longest', 'promise', 'aim (median)'].map((title) => ({
      title,
      ...right,
    })),
    { title: 'late commits refused', ...right, optional: true },
  ];
  const failures = report.times.flatMap(({ name, failures: all }) => all.map((why) => `  ${name}: ${why}\n`));
  return `${renderTable({ columns, rows }, { width, color })}${failures.join('')}${verdict(report, color)}`;
}

/** How many late commits were refused, where an experiment has such. */
export function refusedOf({ measured }: RecoveryReport['times'][number]): string {
  const refused = measured.flatMap((one) => one.refused ?? []);
  return refused.length === 0 ? '' : formatNumber(refused.reduce((sum, each) => sum + each, 0));
}

function verdict({ judged, findings, cutShort }: RecoveryReport, color: boolean): string {
  const jobs = `${formatNumber(judged.jobs)} jobs, ${formatNumber(judged.tasks)} tasks`;
  const found = findings.slice(0, 10).map(({ kind, what }) => `  ${kind}: ${what}\n`);
  const words =
    findings.length === 0
      ? styled('✓ every one was done correctly exactly once', 'good', color)
      : styled(`✗ ${findings.length} things are not as they must be`, 'bad', color);
  return `${jobs}: ${words}\n${found.join('')}${cutShort === undefined ? '' : `It was cut short: ${cutShort}.\n`}`;
}
