import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Provider } from '../../src/ports/provider.ts';
import { readDefinition } from '../../src/services/registry/read-definition.ts';
import { engineKit, generously } from '../adapters/duckdb/engine-kit.ts';

/**
 * Reads the one example of docs/providers.md for a type of provider, with parts of it replaced by what a test has: of each
 * partition its key, the number of rows and the names of the columns.
 */
export async function documentedPartitions(
  type: string,
  provider: Provider,
  replaced: Readonly<Record<string, string>>,
): Promise<readonly (readonly [key: string, rowCount: number, columns: string])[]> {
  await using kit = engineKit();
  let text = exampleOf(type);
  for (const [documented, own] of Object.entries(replaced)) text = text.replace(documented, own);
  const definition = readDefinition(text, { file: 'providers.md', baseDirectory: '/' });
  assert.ok(definition.ok, JSON.stringify(definition));
  const wait = generously();
  const request = { definition: definition.value, known: undefined, wait };
  const listing = await provider.partitions(request);
  assert.ok(listing.ok, JSON.stringify(listing));
  const read = [];
  for (const listed of listing.value.partitions) {
    const directory = mkdtempSync(join(kit.folder.path, 'fetched-'));
    const scan = await provider.fetch({ definition: definition.value, listed, directory, wait });
    assert.ok(scan.ok, JSON.stringify(scan));
    const { rowCount, schema } = await kit.ingest(scan.value);
    read.push([listed.key, rowCount, schema.map(({ name }) => name).join(' ')] as const);
  }
  return read;
}

function exampleOf(type: string): string {
  const page = readFileSync(join(import.meta.dirname, '../../docs/providers.md'), 'utf8');
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const [text, ...others] = examples.filter((example) => example.includes(`type: ${type}\n`));
  assert.ok(text !== undefined && others.length === 0, `one example of ${type}`);
  return text;
}
