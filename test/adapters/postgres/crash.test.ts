import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { jobId } from '../../../src/base/ids.ts';
import { databaseTemplate, openAt } from '../../support/embedded-database.ts';
import { ChildScript } from './child-script.ts';

describe('the embedded database of a killed process', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'assay-crash-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('has every commit that had returned, after each of several kills', async () => {
    await cp(await databaseTemplate(), directory, { recursive: true });
    const acknowledged: string[] = [];
    for (const [round, commits] of [3, 150].entries()) {
      await using committer = new ChildScript('committer.ts', directory, `round-${round}`);
      const [first] = await committer.said(1 + commits);
      assert.equal(first, 'open');
      await committer.kill();
      assert.ok(committer.lines.length > commits);
      acknowledged.push(...committer.lines.slice(1));
    }
    const database = await openAt(directory);
    const found = await database.jobs.open(acknowledged.map(jobId));
    await database.close();
    assert.deepEqual(new Set(found.map((job) => job.id)), new Set(acknowledged));
  });

  it('opens although its making was interrupted', async () => {
    await using committer = new ChildScript('committer.ts', directory);
    // The draft of the first database stands beside where it will be.
    await appears(join(directory, 'postgres.new', 'base'));
    await committer.kill();
    assert.deepEqual(committer.lines, []);
    const database = await openAt(directory);
    await database.ping();
    await database.close();
  });

  it('opens although it was killed between making its lock file and filling it', async () => {
    await cp(await databaseTemplate(), directory, { recursive: true });
    await writeFile(join(directory, 'postgres', 'postmaster.pid'), '');
    const database = await openAt(directory);
    await database.ping();
    await database.close();
  });
});

async function appears(path: string): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + 60_000;
  while (!existsSync(path)) {
    assert.ok(systemClock.monotonicMs() < deadlineMs, `${path} did not appear`);
    await systemClock.sleep(5);
  }
}
