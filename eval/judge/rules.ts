import type { Result } from '../../src/core/checks/result.ts';
import { DefinedMetrics, emptyPartitionResult } from '../../src/core/checks/rules.ts';
import { type KnownSchema, schemaResult } from '../../src/core/checks/schema-check.ts';
import type { DatasetDefinition } from '../../src/core/datasets/definition.ts';
import { noHistory } from '../../src/core/thresholds/history.ts';
import { type MetricVector, type PartitionVectors, valuesOf } from '../measure/vector.ts';

/**
 * The rules that are always on: schema, empty partitions, metrics without a value. They need no threshold, so every
 * method is given them.
 */
export class Rules {
  readonly #definition: DatasetDefinition;
  readonly #defined = new DefinedMetrics(noHistory);
  #previous: KnownSchema | undefined;

  constructor(definition: DatasetDefinition) {
    this.#definition = definition;
  }

  /** What alarms by rule: the checks' keys with their severity. */
  alarms(partition: PartitionVectors, vector: MetricVector): ReadonlyMap<string, number> {
    const revision = this.#revision(partition);
    const results: readonly Result[] = [
      emptyPartitionResult(revision, vector.rowCount),
      schemaResult(revision, partition.schemas[vector.schema] ?? [], this.#previous),
      ...(vector.rowCount === 0 ? [] : this.#defined.judge(revision, valuesOf(partition, vector))),
    ];
    return new Map(
      results.flatMap(({ check, status, severity = 0 }) => {
        return status === 'warn' || status === 'fail' ? [[check, severity] as const] : [];
      }),
    );
  }

  /** Takes the clean partition in. */
  absorb(partition: PartitionVectors): void {
    this.#defined.absorb(valuesOf(partition, partition.clean));
    const schema = partition.schemas[partition.clean.schema] ?? [];
    this.#previous = { revision: this.#revision(partition), schema };
  }

  #revision({ key }: PartitionVectors): KnownSchema['revision'] {
    return { dataset: this.#definition.dataset, partition: key, number: 1 };
  }
}
