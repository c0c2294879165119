import { matureFrom } from '../measure/plan.ts';
import { baselines } from './baselines/all.ts';
import { falseAlarms } from './count.ts';
import { type JudgedDrift, replayDrift } from './drift.ts';
import type { Method } from './method.ts';
import { methodsOnDrift, usualBudget } from './methods.ts';
import { replay, type StreamData, withoutTests } from './replay.ts';
import { type CurvePoint, curveOf, type MethodSummary, summaryOf, tunedThreshold } from './summary.ts';

/** A method on a stream. */
export type StreamJudgement = {
  readonly summary: MethodSummary;
  /** Of a baseline with the threshold that hindsight would set for no more false alarms than Assay has. */
  readonly tuned?: MethodSummary;
  /** Of a baseline: from sensitive to deaf. */
  readonly curve?: readonly CurvePoint[];
  readonly drifts?: readonly JudgedDrift[];
};

/** Judges a stream and its errors by a method. */
export function judgeStream(data: StreamData, method: Method): StreamJudgement {
  const one = replay(data, method);
  const summary = summaryOf(one);
  const drifts = methodsOnDrift.includes(method)
    ? { drifts: replayDrift(data, method, { clean: one.clean, threshold: method.usual }) }
    : {};
  if (!baselines.includes(method)) return { summary, ...drifts };
  const ours = falseAlarms(replay(withoutTests(data), usualBudget).clean, {
    threshold: usualBudget.usual,
    from: matureFrom,
  });
  return { summary, tuned: summaryOf(one, tunedThreshold(one, ours.days)), curve: curveOf(one), ...drifts };
}
