import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDirectoryBatchStore } from '../../src/adapters/directory/batch-store.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { createRandom } from '../../src/adapters/system/random.ts';
import { parseDatasetName, partitionKey } from '../../src/base/ids.ts';

/** A process for a test to kill: stores batches in the directory named by its argument, and prints each as it is stored. */
const root = process.argv[2] ?? '';
const random = createRandom();
const store = createDirectoryBatchStore({ root, clock: systemClock, random });
const dataset = parseDatasetName('flights');
if (dataset === undefined) throw new Error('not a dataset name');

for (;;) {
  await using staging = await store.stage();
  const attempt = random.id();
  const text = attempt.repeat(10_000);
  const path = join(staging.directory, '0.parquet');
  await writeFile(path, text);
  const checksum = createHash('sha256').update(text).digest('hex');
  const outcome = await store.store({
    revision: { dataset, partition: partitionKey('2001') },
    attempt,
    batches: [{ path, rowCount: 1, sizeBytes: text.length, checksum }],
  });
  if (!outcome.ok) throw new Error(outcome.error.message);
  process.stdout.write(`${JSON.stringify(outcome.value[0])}\n`);
}
