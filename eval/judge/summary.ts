import { matureFrom, youngFrom } from '../measure/plan.ts';
import { rocAuc } from './auc.ts';
import { type FalseAlarms, falseAlarms, hasAlarm, worst } from './count.ts';
import { macroRecall, type Recall, recalls } from './recall.ts';
import type { Replay } from './replay.ts';

/** What a method does on a stream with enough history (28 partitions and more), and before (14 to 27). */
export type MethodSummary = {
  readonly stream: string;
  readonly method: string;
  readonly threshold: number;
  /** Metrics that were judged on a partition in the middle of the stream. */
  readonly metrics: number;
  readonly falseAlarms: FalseAlarms;
  readonly youngFalseAlarms: FalseAlarms;
  readonly recalls: readonly Recall[];
  readonly macroRecall: number;
  readonly youngMacroRecall: number;
  /** The share of the corrupted partitions with any alarm, for whatever reason; what other studies count. */
  readonly anyAlarm: number;
  readonly auc: number;
  /** The share of bad ones among the partitions that alarm, were 1 % of all partitions bad. */
  readonly precision: number;
};

/** A threshold other than the usual one, and what it gives. */
export type CurvePoint = {
  readonly threshold: number;
  /** Days with false alarms, per 30. */
  readonly alarmDays: number;
  readonly macroRecall: number;
};

const badShare = 0.01;

/** Sums a replay up at a threshold. */
export function summaryOf(replay: Replay, threshold = replay.method.usual): MethodSummary {
  const all = recalls(replay, threshold);
  const mature = replay.tests.filter(({ place }) => place >= matureFrom);
  const alarms = falseAlarms(replay.clean, { threshold, from: matureFrom });
  const recall = macroRecall(all);
  const trueRate = badShare * recall;
  return {
    stream: replay.stream,
    method: replay.method.name,
    threshold,
    metrics: replay.clean[replay.clean.length >> 1]?.scores.size ?? 0,
    falseAlarms: alarms,
    youngFalseAlarms: falseAlarms(replay.clean, { threshold, from: youngFrom, to: matureFrom }),
    recalls: all,
    macroRecall: recall,
    youngMacroRecall: macroRecall(recalls(replay, threshold, { from: youngFrom, to: matureFrom })),
    anyAlarm: mature.filter(({ judged }) => hasAlarm(judged, threshold)).length / mature.length,
    auc: rocAuc(
      replay.clean.slice(matureFrom).map(worst),
      mature.map(({ judged }) => worst(judged)),
    ),
    precision: trueRate / (trueRate + (1 - badShare) * (alarms.days / 30)),
  };
}

/** From sensitive to deaf. */
const thresholds = Array.from({ length: 160 }, (_, nth) => 0.8 * 1.06 ** nth);

/** The smallest threshold with no more days with alarms (per 30) than `days`: the best that hindsight could have set. */
export function tunedThreshold(replay: Replay, days: number): number {
  const fits = (threshold: number): boolean =>
    falseAlarms(replay.clean, { threshold, from: matureFrom }).days <= days + 1e-9;
  return thresholds.find(fits) ?? Number.POSITIVE_INFINITY;
}

/** False alarms against recall, from sensitive to deaf. */
export function curveOf(replay: Replay): CurvePoint[] {
  return thresholds
    .filter((_, nth) => nth % 5 === 0)
    .map((threshold) => ({
      threshold,
      alarmDays: falseAlarms(replay.clean, { threshold, from: matureFrom }).days,
      macroRecall: macroRecall(recalls(replay, threshold)),
    }));
}
