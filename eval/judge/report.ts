import type { FalseAlarms } from './count.ts';
import type { JudgedDrift } from './drift.ts';
import type { StreamJudgement } from './judge-stream.ts';
import type { NoiseSummary } from './noise.ts';

/** Everything that was found out. */
export type Report = {
  readonly machine: string;
  readonly duckdb: string;
  /** Each so-many-th of the tested partitions was judged. */
  readonly sample: number;
  readonly streams: readonly { readonly name: string; readonly about: string; readonly partitions: number }[];
  /** Each method on each stream, method by method. */
  readonly judgements: readonly StreamJudgement[];
  readonly drifts: readonly DriftSummary[];
  readonly births: readonly BirthsSummary[];
  readonly noise: readonly NoiseSummary[];
};

export type DriftSummary = {
  readonly stream: string;
  readonly method: string;
  readonly drifts: readonly JudgedDrift[];
};

export type BirthsSummary = { readonly method: string; readonly falseAlarms: FalseAlarms };

/** What one task found out. */
export type Findings =
  | ({ readonly kind: 'stream' } & StreamJudgement)
  | ({ readonly kind: 'drift' } & DriftSummary)
  | ({ readonly kind: 'births' } & BirthsSummary)
  | { readonly kind: 'noise'; readonly noise: readonly NoiseSummary[] };
