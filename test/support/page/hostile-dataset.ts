import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceWorkplace } from '../service-workplace.ts';

const script = '<img src=x onerror="window.isTaken=1">';
/** Text from right to left with a mark that turns what follows around, signs beyond 16 bits, and no place to break a line. */
const texts = [script, '\u202eعربي <b>🦊</b>', 'w'.repeat(500)] as const;

/** Adds a dataset whose names and values try to be more than text; returns its name. */
export async function hostileDataset(workplace: ServiceWorkplace): Promise<string> {
  const { directory } = workplace;
  const quoted = texts.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
  for (const day of ['2001-01-01', '2001-01-02'])
    await writeFile(join(directory, 'data', `x-${day}.csv`), `day,${quoted}\n${day},${quoted}\n`);
  const definition = {
    dataset: 'hostile',
    owner: `${'o'.repeat(150)}${script}`,
    followers: ['\u202e', script],
    description: texts.join(' '),
    provider: { type: 'files', path: 'data/x-*.csv' },
    partition: { column: 'day', by: 'day' },
    checks: [{ failed_rows: { name: `${script}${'n'.repeat(50)}`, query: 'select * from data' } }],
  };
  await writeFile(join(directory, 'hostile.yaml'), JSON.stringify(definition));
  const applied = await workplace.assay('apply', '-f', 'hostile.yaml');
  assert.equal(applied.exitCode, 0, applied.errors);
  // Its rows should not exist: the exit code says so.
  await workplace.assay('scan', 'hostile', '--wait');
  return 'hostile';
}
