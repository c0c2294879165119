import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openScratch } from '../../src/compose/scratch.ts';

describe('the scratch directory of a role', () => {
  let data: string;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'assay-scratch-test-'));
  });
  after(() => rm(data, { recursive: true, force: true }));

  it('is private, empty at each start, and belongs to one process', async () => {
    const first = await openScratch(data);
    writeFileSync(join(first.directory, 'left'), 'over');
    assert.equal(statSync(first.directory).mode & 0o777, 0o700);
    await assert.rejects(openScratch(data), /DATA_DIRECTORY_LOCKED/);
    await first.close();
    const second = await openScratch(data);
    assert.equal(second.directory, first.directory);
    assert.ok(!existsSync(join(second.directory, 'left')));
    await second.close();
  });

  it('is not that of a service in one process that uses the same directory', async () => {
    mkdirSync(join(data, 'scratch'), { recursive: true });
    writeFileSync(join(data, 'scratch/of-the-service'), '');
    await (await openScratch(data)).close();
    assert.ok(existsSync(join(data, 'scratch/of-the-service')));
  });

  it('goes with its process where no data directory was given', async () => {
    const scratch = await openScratch(undefined);
    assert.equal(statSync(scratch.directory).mode & 0o777, 0o700);
    await scratch.close();
    assert.ok(!existsSync(scratch.directory));
  });
});
