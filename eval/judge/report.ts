import type { FalseAlarms } from './count.ts';
import type { JudgedDrift } from './drift.ts';
import type { NoiseSummary } from './noise.ts';
import type { CurvePoint, MethodSummary } from './summary.ts';

/** Everything that was found out. */
export type Report = {
  readonly machine: string;
  readonly duckdb: string;
  readonly streams: readonly { readonly name: string; readonly about: string; readonly partitions: number }[];
  /** Names of the methods, in the order of reports. */
  readonly methods: readonly string[];
  /** Each method on each stream, as it is usually set. */
  readonly summaries: readonly MethodSummary[];
  /** Each baseline on each stream with the threshold that hindsight would set for as many false incidents as Assay has. */
  readonly tuned: readonly MethodSummary[];
  readonly curves: readonly Curve[];
  readonly drifts: readonly DriftSummary[];
  readonly births: readonly { readonly method: string; readonly falseAlarms: FalseAlarms }[];
  readonly noise: readonly NoiseSummary[];
};

export type Curve = {
  readonly stream: string;
  readonly method: string;
  readonly points: readonly CurvePoint[];
};

export type DriftSummary = {
  readonly stream: string;
  readonly method: string;
  readonly drifts: readonly JudgedDrift[];
};
