import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { partitionKey } from '../../src/base/ids.ts';
import type { LearnerPoint } from '../../src/core/thresholds/learner.ts';
import { definitionOf } from './stream.ts';

/** Births a day in the US: one series with weekly and yearly seasons and holidays, and no known error. */
export const birthsDefinition = definitionOf({
  dataset: 'births',
  provider: { type: 'files', path: '/births/*.csv' },
});

/** One partition a day, with the number of births as its only metric. */
export function readBirths(dataDirectory: string): LearnerPoint[] {
  const folder = join(dataDirectory, 'births');
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split(/\r?\n/).slice(1));
  return lines.map((line) => {
    const [year = '', month = '', day = '', , births = ''] = line.split(',');
    const key = partitionKey(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
    const value = Number(births);
    const metrics = [{ metric: 'births', scale: 'number', value, rows: value } as const];
    return { partition: { key, revision: 1 }, metrics };
  });
}
