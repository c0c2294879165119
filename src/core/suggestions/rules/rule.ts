import type { DatasetDefinition } from '../../datasets/definition.ts';
import type { MetricHistory } from '../../thresholds/history.ts';
import type { ColumnHistory } from '../column-history.ts';
import type { PartitionFacts } from '../facts.ts';
import type { Suggestion } from '../suggestion.ts';

/** What a rule for the dataset as a whole looks at. */
export type DatasetFacts = {
  readonly definition: DatasetDefinition;
  readonly history: MetricHistory;
  readonly partitions: readonly PartitionFacts[];
};

/** Finds checks of the dataset as a whole. */
export type DatasetRule = (facts: DatasetFacts) => readonly Suggestion[];

/** Finds checks of one column. */
export type ColumnRule = (column: ColumnHistory) => readonly Suggestion[];

/** Fewer partitions or rows than these are no evidence. */
export const evidenceMin = { partitions: 3, rows: 100 } as const;
