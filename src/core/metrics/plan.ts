import type { SegmentRule } from './segment-rule.ts';
import type { ValidityRule } from './validity-rule.ts';

/** What is to be measured beyond the metrics that every column of a type has. */
export type MeasurePlan = {
  /** Texts that count as missing beside null. */
  readonly missingValues: readonly string[];
  /** Columns named here are left out. */
  readonly ignoredColumns: readonly string[];
  /** What makes a value valid, where checks say so. */
  readonly validity: readonly ValidityRule[];
  /** Groups of rows that are measured by themselves too. */
  readonly segments: readonly SegmentRule[];
};

/** The plan of a dataset without wishes. */
export const defaultMeasurePlan: MeasurePlan = {
  missingValues: [],
  ignoredColumns: [],
  validity: [],
  segments: [],
};
