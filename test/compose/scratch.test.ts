import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openScratch } from '../../src/compose/scratch.ts';

const prefix = 'assay-scratch-';

describe('the scratch directory of a role', () => {
  let data: string;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'assay-role-data-'));
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

  it('takes away what killed processes left, and nothing that is held or young', async () => {
    const held = await openScratch(undefined);
    const [abandoned, young] = [await mkdtemp(join(tmpdir(), prefix)), await mkdtemp(join(tmpdir(), prefix))];
    writeFileSync(join(abandoned, 'left'), 'over');
    for (const directory of [held.directory, abandoned]) utimesSync(directory, 0, 0);
    const next = await openScratch(undefined);
    assert.deepEqual(
      [held.directory, abandoned, young].map((each) => existsSync(each)),
      [true, false, true],
    );
    await next.close();
    await held.close();
    await rm(young, { recursive: true });
  });
});
