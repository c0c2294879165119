import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';

it('says where the data comes from when there is none', () => {
  const main = join(import.meta.dirname, '../../eval/main.ts');
  const run = spawnSync(process.execPath, [main, '--data', join(tmpdir(), 'no-such-data')], {
    encoding: 'utf8',
  });
  assert.equal(run.status, 3);
  assert.match(run.stderr, /online\+retail \(CC BY 4\.0\)/);
  assert.match(run.stderr, /fivethirtyeight\/data/);
});
