import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** What profiles depend on: the streams, the errors, the measuring, DuckDB. */
const measuring = [
  'eval/streams',
  'eval/inject',
  'eval/support',
  'eval/measure/plan.ts',
  'eval/measure/stream-tables.ts',
  'src/adapters/duckdb/measure',
  'src/adapters/duckdb/sql.ts',
  'src/core/metrics',
  'src/core/datasets/measure-plan.ts',
  'node_modules/@duckdb/node-api/package.json',
];

/** What metrics depend on beyond that: how they are computed from profiles. */
const evaluating = [
  'src/core/checks/target-values.ts',
  'src/core/checks/drift-values.ts',
  'src/core/checks/known-groups.ts',
  'src/core/checks/repeated-partition.ts',
  'src/core/checks/rules.ts',
  'src/core/checks/schema-check.ts',
  'src/core/checks/segment-values.ts',
  'eval/measure/clean-partition.ts',
  'eval/measure/rule-alarms.ts',
  'eval/measure/vector.ts',
  'eval/measure/vectors-of.ts',
];

/** Names the code that made a cached profile, and the data. */
export function profilesVersion(dataDirectory: string): string {
  // Drift is computed from profiles; it is no part of them.
  const files = pathsOf(measuring).filter((path) => !path.startsWith(join(root, 'src/core/metrics/drift')));
  return hashOf(files, dataDirectory);
}

/** Names the code that made cached metrics, and the data. */
export function vectorsVersion(dataDirectory: string): string {
  return hashOf(pathsOf([...measuring, ...evaluating]), dataDirectory);
}

function hashOf(files: readonly string[], dataDirectory: string): string {
  const hash = createHash('sha256');
  for (const path of files)
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  for (const path of filesOf(dataDirectory)) {
    hash.update(`${relative(dataDirectory, path)} ${statSync(path).size}\0`);
  }
  return hash.digest('hex').slice(0, 16);
}

function pathsOf(paths: readonly string[]): string[] {
  return paths.flatMap((path) => filesOf(join(root, path)));
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
