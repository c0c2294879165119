import type { Instant } from '../base/units.ts';
import type { KeptDrill } from '../core/drills/kept-drill.ts';

/** Reports of drills, for people: a bounded number of them. */
export interface DrillReports {
  /** Keeps one under its id, in the place of an earlier one, and forgets the oldest beyond `kept`. */
  add(report: KeptDrill & { readonly id: string }, kept: number): Promise<void>;
  /** All that are kept, newest first, a line each. */
  list(): Promise<readonly DrillLine[]>;
  get(id: string): Promise<KeptDrill | undefined>;
}

export type DrillLine = Pick<KeptDrill, 'drill' | 'passed' | 'tookMs' | 'cluster' | 'version'> & {
  readonly id: string;
  readonly startedAt: Instant;
  readonly faults: number;
  readonly findings: number;
};
