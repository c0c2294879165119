import type { MeasurePlan } from '../metrics/plan.ts';
import type { DatasetDefinition } from './definition.ts';

/** What a dataset's definition asks to be measured. */
export function measurePlan(definition: DatasetDefinition): MeasurePlan {
  return {
    missingValues: definition.missingValues,
    ignoredColumns: [],
    validity: [],
    segments: definition.segments,
  };
}
