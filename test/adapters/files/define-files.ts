import assert from 'node:assert/strict';
import { parseDatasetName } from '../../../src/base/ids.ts';
import type { DatasetDefinition, PartitionRule } from '../../../src/core/datasets/definition.ts';
import type { FilesProviderDefinition } from '../../../src/core/datasets/provider-definition.ts';

/** The definition of a dataset of files. */
export function defineFiles(
  path: string,
  partition: PartitionRule,
  provider: Partial<FilesProviderDefinition> = {},
): DatasetDefinition {
  const dataset = parseDatasetName('test');
  assert.ok(dataset);
  return {
    dataset,
    owner: 'owner@example.org',
    followers: [],
    provider: { type: 'files', path, ...provider },
    partition,
    publish: { type: 'static' },
    policy: { alertsPerMonth: 1 },
    missingValues: [],
    checks: [],
    columns: [],
    segments: [],
    notify: [],
    limits: { rejectedPercentMax: 10 },
  };
}
