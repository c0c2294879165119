import type { FalseAlarms } from './count.ts';
import type { Method } from './method.ts';
import { replay, type StreamData } from './replay.ts';
import { type CurvePoint, curveOf, type MethodSummary, summaryOf, tunedThreshold } from './summary.ts';

/** A method on a stream. */
export type StreamJudgement = {
  readonly summary: MethodSummary;
  /** Of a baseline with the threshold that hindsight would set for no more false alarms than Assay has. */
  readonly tuned?: MethodSummary;
  /** Of a baseline: from sensitive to deaf. */
  readonly curve?: readonly CurvePoint[];
};

/** Judges a stream and its errors by a method; with `allowed` also by what hindsight would make of it. */
export function judgeStream(data: StreamData, method: Method, allowed?: FalseAlarms): StreamJudgement {
  const one = replay(data, method);
  const summary = summaryOf(one);
  if (allowed === undefined) return { summary };
  return { summary, tuned: summaryOf(one, tunedThreshold(one, allowed.days)), curve: curveOf(one) };
}
