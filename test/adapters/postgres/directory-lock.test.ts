import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lockDirectory } from '../../../src/adapters/postgres/embedded/directory-lock.ts';
import { ChildScript } from './child-script.ts';

describe('the lock on a data directory', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'assay-lock-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('names the process that holds the directory, and what to do', async () => {
    await using holder = new ChildScript('lock-holder.ts', directory);
    assert.deepEqual(await holder.said(1), ['locked']);
    const lock = lockDirectory(directory);
    assert.ok(!lock.ok);
    assert.equal(lock.error.code, 'DATA_DIRECTORY_LOCKED');
    assert.match(lock.error.message, new RegExp(`\\b${holder.pid}\\b`));
    assert.match(lock.error.hint ?? '', /stop that process/);
  });

  it('is refused to its own process too, which takes nothing from the first holder', async () => {
    const first = lockDirectory(directory);
    assert.ok(first.ok);
    const second = lockDirectory(directory);
    assert.equal(second.ok ? undefined : second.error.code, 'DATA_DIRECTORY_LOCKED');
    await using other = new ChildScript('lock-holder.ts', directory);
    assert.deepEqual(await other.said(1), ['DATA_DIRECTORY_LOCKED']);
    first.value.release();
    first.value.release();
    const third = lockDirectory(directory);
    assert.ok(third.ok);
    third.value.release();
  });

  it('goes to exactly one of several at once when its holder was killed', async () => {
    await using children = new AsyncDisposableStack();
    const start = (): ChildScript => children.use(new ChildScript('lock-holder.ts', directory));
    const holder = start();
    assert.deepEqual(await holder.said(1), ['locked']);
    const early = await Promise.all([start(), start(), start()].map((child) => child.said(1)));
    assert.deepEqual(new Set(early.flat()), new Set(['DATA_DIRECTORY_LOCKED']));
    await holder.kill();
    const heirs = await Promise.all([start(), start(), start()].map((child) => child.said(1)));
    assert.equal(heirs.flat().filter((line) => line === 'locked').length, 1);
    assert.equal(heirs.flat().filter((line) => line === 'DATA_DIRECTORY_LOCKED').length, 2);
  });

  it('is not dropped when nobody refers to it any more and memory is cleaned', () => {
    const take = (): string => {
      const lock = lockDirectory(directory);
      return lock.ok ? 'locked' : lock.error.code;
    };
    assert.equal(take(), 'locked');
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    assert.ok(typeof collect === 'function');
    for (let nth = 0; nth < 3; nth++) collect();
    assert.equal(take(), 'DATA_DIRECTORY_LOCKED');
  });

  it('makes the directory when there is none, and says so when it can not', async () => {
    const lock = lockDirectory(join(directory, 'a/b'));
    assert.ok(lock.ok);
    lock.value.release();
    const file = join(directory, 'file');
    await writeFile(file, '');
    const unusable = lockDirectory(file);
    assert.ok(!unusable.ok);
    assert.equal(unusable.error.code, 'DATABASE_UNREADABLE');
    assert.match(unusable.error.causes?.[0] ?? '', /EEXIST|ENOTDIR/);
  });
});
