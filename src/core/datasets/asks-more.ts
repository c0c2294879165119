import { partitionQueries } from '../checks/partition-queries.ts';
import type { DatasetDefinition } from './definition.ts';
import { measurePlan } from './measure-plan.ts';

/**
 * Whether a definition asks of revisions what the one before it did not: other missing values, validity rules, segments,
 * queries. What is stored does not answer that; the revisions have to be measured again.
 */
export function asksMore(before: DatasetDefinition, after: DatasetDefinition): boolean {
  const known = new Set(questionsOf(before));
  return questionsOf(after).some((question) => !known.has(question));
}

function questionsOf(definition: DatasetDefinition): string[] {
  const { missingValues, validity, segments } = measurePlan(definition);
  const questions = [missingValues.toSorted(), ...validity, ...segments, ...partitionQueries(definition)];
  return questions.map((question) => JSON.stringify(question));
}
