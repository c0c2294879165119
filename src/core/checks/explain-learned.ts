import type { PartitionKey } from '../../base/ids.ts';
import { partitionGrain } from '../datasets/partition-key.ts';
import { coldStart, type Side } from '../thresholds/bar.ts';
import { type LearnedRecord, sideBar } from '../thresholds/record.ts';
import { failSeverity } from '../thresholds/verdict.ts';
import type { Explanation } from './explain.ts';
import { constantEdge, distanceText, edgeSentences } from './explain-edges.ts';
import { formatNumber, formatOf, formatValue, type ValueFormat } from './format.ts';
import type { Result } from './result.ts';
import { bandText, resultSummary } from './summary.ts';

type Banded = Extract<LearnedRecord, { state: 'banded' }>;
type Constant = Extract<LearnedRecord, { state: 'constant' }>;

/** Explains a learned threshold: forecast, width of the band, training, verdict. */
export function explainLearned(result: Result, learned: LearnedRecord): Explanation {
  const format = formatOf(result.metric, result.exact);
  const headline = resultSummary(result);
  switch (learned.state) {
    case 'learning':
      return { headline, sentences: [learningSentence(learned)] };
    case 'new_level':
      return { headline, sentences: newLevelSentences(result, learned, format) };
    case 'banded': {
      const side = (result.value ?? learned.expected) < learned.expected ? 'below' : 'above';
      const shown = { ...learned, ...sideBar(learned, side) };
      return {
        headline: `${headline} (${methodText(shown, result.revision.partition)})`,
        sentences: [
          forecastSentence(learned, result.revision.partition, format),
          ...widthSentences(shown, { side, format }),
          trainingSentence(learned),
          ...edgeSentences(result, learned, format),
          bandVerdict(result, format),
        ],
      };
    }
    case 'constant':
      return {
        headline: `${headline} (constant over ${partitions(learned.history)})`,
        sentences: [
          ...constantSentences(learned, format),
          trainingSentence(learned),
          ...constantEdge(result, learned, format),
          bandVerdict(result, format),
        ],
      };
  }
}

function learningSentence({ history, needed }: Extract<LearnedRecord, { state: 'learning' }>): string {
  const missing = `it has ${partitions(history)} of history and needs ${needed}`;
  return `The metric is measured but not judged: ${missing}. Until it has ${coldStart.noticing}, a deviation only warns.`;
}

function newLevelSentences(
  { value = Number.NaN }: Result,
  { expected, history }: Extract<LearnedRecord, { state: 'new_level' }>,
  format: ValueFormat,
): string[] {
  const side = value > expected ? 'above' : 'below';
  const away = `the value lies ${distanceText(Math.abs(value - expected), format)} ${side} it`;
  return [
    `The forecast from ${partitions(history)} was ${formatValue(expected, format)}; ${away}.`,
    'This is the third deviation to the same side in a row: it is taken for a new level, and the band moves there.',
    'If it is an error, resolve the incident as a real error: the values then do not count.',
  ];
}

/** `level + weekday over 182 partitions, widened by the budget ×1.2`. */
function methodText(learned: Banded, partition: PartitionKey): string {
  const model = learned.specialDay ?? modelText(learned.model, partition);
  const method = `${model} over ${partitions(learned.history)}`;
  return [method, ...widenings(learned)].join(', ');
}

function widenings(learned: Banded): string[] {
  const texts: string[] = [];
  const byRecord = isRecordBar(learned);
  if (byRecord)
    texts.push(`widened by past deviations ×${factor((1.1 * learned.recordZ) / learned.quantile)}`);
  else if (learned.lambda > 1.005) texts.push(`widened by the budget ×${factor(learned.lambda)}`);
  else if (learned.lambda < 0.995) texts.push(`narrowed by the unused budget ×${factor(learned.lambda)}`);
  if (learned.sensitivity !== 1) texts.push(`sensitivity ×${factor(learned.sensitivity)}`);
  const cold = learned.basis?.coldFactor ?? 1;
  if (cold > 1) texts.push(`widened for short history ×${factor(cold)}`);
  return texts;
}

function isRecordBar(learned: Banded): boolean {
  const record = learned.recordZ > 0.8 * learned.quantile ? 1.1 * learned.recordZ : 0;
  return record > learned.lambda * learned.quantile;
}

function forecastSentence(learned: Banded, partition: PartitionKey, format: ValueFormat): string {
  const scales = {
    identity: '',
    log: ' of its logarithm',
    arcsine: ' of its share, with its counting noise',
  };
  const forecast = `The forecast is ${formatValue(learned.expected, format)}`;
  if (learned.specialDay !== undefined)
    return `${forecast}, by the past days of its kind (${learned.specialDay}).`;
  const how = `${modelText(learned.model, partition)}${scales[learned.transform]}`;
  return `${forecast}, by ${how}: of all forecasts it erred least so far.`;
}

function widthSentences(
  learned: Banded,
  { side, format }: { readonly side: Side; readonly format: ValueFormat },
): string[] {
  const steps = `${factor(learned.bar)} times the spread of its past errors`;
  const parts = [
    `${factor(learned.quantile)} from the alert budget shared by all metrics`,
    ...(isRecordBar(learned)
      ? [`raised to 1.1 times the largest past deviation (${factor(learned.recordZ)})`]
      : [`×${factor(learned.lambda)} from how much of the budget was used`]),
    ...(learned.sensitivity === 1 ? [] : [`×${factor(learned.sensitivity)} for the sensitivity asked for`]),
    ...((learned.basis?.coldFactor ?? 1) === 1
      ? []
      : [`×${factor(learned.basis?.coldFactor ?? 1)} because the history is short`]),
  ];
  const effect =
    learned.minimumEffect > 0
      ? [`A deviation of ${distanceText(learned.minimumEffect, format)} or less never alarms.`]
      : [];
  const where = learned.below === undefined ? 'to each side' : `${side} the forecast`;
  return [`The band reaches ${steps} ${where}: ${parts.join(', ')}.`, ...effect];
}

function constantSentences(learned: Constant, format: ValueFormat): string[] {
  const constant = formatValue(learned.constant, format);
  if (learned.pastChanges === 0)
    return [`The metric stood at ${constant}; such a metric alarms when it moves.`];
  const times = learned.pastChanges === 1 ? 'once' : `${learned.pastChanges} times`;
  return [`The metric stood at ${constant} and changed ${times} before; more than that alarms.`];
}

/** As many as records keep. */
const excludedShown = 20;

function trainingSentence(learned: Banded | Constant): string {
  const frame = `Learned from ${partitions(learned.history)}, ${learned.trainedFrom} to ${learned.trainedTo}`;
  const excluded = learned.state === 'banded' ? learned.excluded : [];
  if (excluded.length === 0) return `${frame}.`;
  const shown = excluded.slice(-excludedShown).join(', ');
  const more = excluded.length > excludedShown ? ` and ${excluded.length - excludedShown} more` : '';
  const why = 'because their values alarmed or people called them errors or exceptions';
  return `${frame}; left out, ${why}: ${shown}${more}.`;
}

function bandVerdict(result: Result, format: ValueFormat): string {
  const band = bandText(result, format);
  const severity = result.severity ?? 0;
  if (result.status === 'pass') {
    const share = Math.min(100, Math.round(100 * severity));
    return severity > 1
      ? `It did not alert: only values outside ${band} do, this side is not watched.`
      : `It did not alert: the value lies inside ${band}, ${share} % of the way from the forecast to the edge.`;
  }
  const far = `The value lies outside ${band}, ${factor(severity)} times as far from the forecast as the edge`;
  if (result.status === 'fail') return `${far}: a failure.`;
  if (severity < failSeverity) return `${far}: a warning; from ${failSeverity} times on it fails.`;
  return `${far}: only a warning, because the history is shorter than ${coldStart.noticing} partitions.`;
}

/** A forecast's method in words. */
function modelText(model: string, partition: PartitionKey): string {
  const season = seasonText(partition);
  const texts: Readonly<Record<string, string>> = {
    level: 'long-run level',
    level_42: 'level of 42 partitions',
    level_7: 'level of 7 partitions',
    smoothed: 'smoothed level',
    last: 'last value',
    season,
    level_season: `level + ${season}`,
    last_season: `last value + ${season}`,
    trend: 'trend',
    drift: 'last value + drift',
    drift_season: `last value + usual step of the ${season}`,
    month_day: 'day of the month',
    month_end: 'days to the end of the month',
    rows: 'number of rows',
  };
  return texts[model] ?? model;
}

function seasonText(partition: PartitionKey): string {
  const grain = partitionGrain(partition);
  if (grain === 'hour') return 'hour of the day';
  return grain === 'month' ? 'month of the year' : 'weekday';
}

function partitions(count: number): string {
  return count === 1 ? '1 partition' : `${formatNumber(count)} partitions`;
}

function factor(value: number): string {
  return formatNumber(Number(value.toPrecision(value >= 100 ? 3 : 2)));
}
