import { joiningPartitions } from '../../src/core/thresholds/learner.ts';
import type { JudgedTest, Replay, Scores, TestScores } from './replay.ts';

/** The keys that alarm above a threshold, rules included. */
export function alarmsOf({ scores, rules }: Scores, threshold: number): Set<string> {
  const alarms = new Set(rules.keys());
  for (const [metric, score] of scores) if (score > threshold) alarms.add(metric);
  return alarms;
}

/** What false alarms a clean stream gives over a range of its partitions. */
export type FalseAlarms = {
  /** Per 30 partitions; alarms of one metric within three partitions are one incident. */
  readonly incidents: number;
  /** Partitions with any alarm, per 30. */
  readonly days: number;
  readonly partitions: number;
};

/** Counts over the places `from` (inclusive) to `to` (exclusive). */
export function falseAlarms(
  clean: readonly Scores[],
  of: { readonly threshold: number; readonly from: number; readonly to?: number },
): FalseAlarms {
  const { threshold, from, to = clean.length } = of;
  const last = new Map<string, number>();
  let [incidents, days] = [0, 0];
  for (const [place, judged] of clean.entries()) {
    const alarms = alarmsOf(judged, threshold);
    const joins = [...alarms].some((key) => place - (last.get(key) ?? -99) <= joiningPartitions);
    for (const key of alarms) last.set(key, place);
    if (place < from || place >= to || alarms.size === 0) continue;
    days += 1;
    if (!joins) incidents += 1;
  }
  const partitions = Math.max(0, Math.min(to, clean.length) - from);
  const per30 = (count: number): number => (partitions === 0 ? Number.NaN : (30 * count) / partitions);
  return { incidents: per30(incidents), days: per30(days), partitions };
}

/** Whether the error is found: something alarms that did not alarm on the clean partition. */
export function isFound(replay: Replay, { place, judged }: JudgedTest, threshold: number): boolean {
  const before = replay.clean[place];
  for (const key of judged.rules.keys()) if (before?.rules.has(key) !== true) return true;
  for (const [key, score] of judged.scores) {
    if (score > threshold && !((before?.scores.get(key) ?? 0) > threshold)) return true;
  }
  return false;
}

/** Whether anything alarms, also what would without the error. */
export function hasAlarm({ scores, rules, unchanged }: TestScores, threshold: number): boolean {
  return rules.size > 0 || unchanged > threshold || scores.values().some((score) => score > threshold);
}

/** The worst score of a partition; rules count with what they say. */
export function worst({ scores, rules, unchanged = 0 }: Scores & Partial<TestScores>): number {
  return Math.max(unchanged, ...scores.values(), ...rules.values());
}
