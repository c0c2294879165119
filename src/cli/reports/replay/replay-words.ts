import type { ReplayTotals } from '../../../core/policies/replay-totals.ts';
import type { ReplayView } from '../../../services/quality/replays.ts';
import { formatNumber, plural } from '../../render/figures.ts';

/** What was replayed: `flights: policy.yaml over 182 partitions, 2001-01-01 to 2001-07-01`. */
export function replayTitle(view: ReplayView): string {
  const { dataset, policy = 'the registered policy', partitions } = view;
  const [first, last] = [partitions[0]?.partition ?? '', partitions.at(-1)?.partition ?? ''];
  return `${dataset}: ${policy} over ${plural(partitions.length, 'partition')}, ${first === last ? first : `${first} to ${last}`}`;
}

/** How many incidents there would have been, beside the budget. */
export function budgetSentence({
  totals,
  alertsPerMonth,
}: Pick<ReplayView, 'totals' | 'alertsPerMonth'>): string {
  const { incidents, alarms, judged, partitions } = totals;
  const found = `${plural(incidents, 'incident')} (${plural(alarms, 'alarm')}) in ${plural(judged, 'judged partition')}`;
  const learning = partitions - judged;
  const rest = learning === 0 ? '' : ` and ${formatNumber(learning)} without enough history`;
  return `${found}${rest}: ${rateText(totals)}; the budget is ${rate(totals.budgetPer30)} (${formatNumber(alertsPerMonth)} a month).`;
}

/** What the policy changes against the one in force; undefined where there is nothing to compare. */
export function comparisonSentence({ today }: ReplayView): string | undefined {
  if (today === undefined) return undefined;
  const { totals, vanished, added, kept } = today;
  const was = `Today's policy: ${plural(totals.incidents, 'incident')} (${plural(totals.alarms, 'alarm')}), ${rateText(totals)}`;
  return `${was}. ${plural(vanished.count, 'alarm')} would vanish, ${formatNumber(added.count)} would be new, ${formatNumber(kept)} stay.`;
}

/** `5 by learned thresholds alone, 1.2 per 30 partitions`, or that nothing was judged. */
function rateText({ incidents, learnedIncidents, incidentsPer30 }: ReplayTotals): string {
  if (incidentsPer30 === undefined) return 'nothing was judged';
  const own =
    learnedIncidents === incidents ? '' : `${formatNumber(learnedIncidents)} by learned thresholds alone, `;
  return `${own}${rate(incidentsPer30)} per 30 partitions`;
}

/** Whether learned thresholds would have opened more incidents than the budget allows. */
export function isOverBudget({ incidentsPer30 = 0, budgetPer30 }: ReplayTotals): boolean {
  return incidentsPer30 > budgetPer30;
}

/** A rate with two digits that count. */
export function rate(value: number): string {
  return formatNumber(Number(value.toPrecision(2)));
}
