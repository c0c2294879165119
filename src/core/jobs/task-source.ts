import type { DatasetDefinition } from '../datasets/definition.ts';
import { sourceNameOf } from '../datasets/source-name.ts';
import type { TaskSource } from './task.ts';

/** The source of a dataset as a part of a job's spec: nothing for what lies on the machine itself. */
export function sourcePart(definition: Pick<DatasetDefinition, 'provider' | 'limits'>): {
  readonly source?: TaskSource;
} {
  const name = sourceNameOf(definition.provider);
  const { sourceConcurrencyMax: concurrencyMax } = definition.limits;
  if (name === undefined) return {};
  return { source: { name, ...(concurrencyMax === undefined ? {} : { concurrencyMax }) } };
}
