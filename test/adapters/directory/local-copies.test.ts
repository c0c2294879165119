import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createLocalCopies } from '../../../src/adapters/directory/local-copies.ts';
import { failure } from '../../../src/base/errors.ts';
import { fail, type Outcome, succeed } from '../../../src/base/outcome.ts';
import type { CopyRequest, LocalCopy } from '../../../src/ports/local-copies.ts';

/** Room for ten bytes, and requests for copies of known length that count how often they were fetched. */
async function setUp() {
  const directory = await mkdtemp(join(tmpdir(), 'assay-copies-'));
  const copies = createLocalCopies({ directory, bytesMax: 10 });
  const fetched: string[] = [];
  const request = (key: string, sizeBytes: number): CopyRequest => ({
    key,
    fileName: 'copy',
    sizeBytes,
    fetch: async (path) => {
      fetched.push(key);
      await writeFile(path, key.repeat(sizeBytes), { flag: 'wx' });
      return succeed(undefined);
    },
  });
  const used = async (key: string, sizeBytes: number) => {
    await using _ = opened(await copies.open(request(key, sizeBytes)));
  };
  return {
    directory,
    copies,
    fetched,
    request,
    used,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

function opened(outcome: Outcome<LocalCopy>): LocalCopy {
  assert.ok(outcome.ok);
  return outcome.value;
}

describe('local copies of batches', () => {
  it('are fetched once for all who open them at the same time or later', async () => {
    await using subject = await setUp();
    await Promise.all(Array.from({ length: 5 }, () => subject.used('a', 4)));
    await subject.used('a', 4);
    assert.deepEqual(subject.fetched, ['a']);
  });

  it('go when there is no room, the longest unused first', async () => {
    await using subject = await setUp();
    for (const key of ['a', 'b', 'a', 'c']) await subject.used(key, 4);
    assert.equal((await readdir(subject.directory)).length, 2);
    for (const key of ['a', 'c', 'b']) await subject.used(key, 4);
    assert.deepEqual(subject.fetched, ['a', 'b', 'c', 'b']);
  });

  it('stay while they are used, whatever room there is', async () => {
    await using subject = await setUp();
    const first = opened(await subject.copies.open(subject.request('a', 8)));
    const second = opened(await subject.copies.open(subject.request('b', 8)));
    await subject.used('c', 8);
    assert.equal(await readFile(first.path, 'utf8'), 'a'.repeat(8));
    await first[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
    assert.equal(existsSync(first.path), false);
    assert.equal(await readFile(second.path, 'utf8'), 'b'.repeat(8));
    await second[Symbol.asyncDispose]();
    await subject.used('b', 8);
    assert.deepEqual(subject.fetched, ['a', 'b', 'c']);
  });

  it('that failed leave nothing, tell all who waited, and are tried anew', async () => {
    await using subject = await setUp();
    const failing: CopyRequest = {
      key: 'a',
      fileName: 'copy',
      sizeBytes: 4,
      fetch: async (path) => {
        await writeFile(path, 'a');
        return fail(failure('DATABASE_UNAVAILABLE', 'it was lost'));
      },
    };
    const outcomes = await Promise.all([subject.copies.open(failing), subject.copies.open(failing)]);
    for (const outcome of outcomes) assert.ok(!outcome.ok && outcome.error.code === 'DATABASE_UNAVAILABLE');
    assert.deepEqual(await readdir(subject.directory), []);
    await subject.used('a', 4);
    assert.deepEqual(subject.fetched, ['a']);
  });

  it('that are forgotten are not given out again, and stay for those who read them', async () => {
    await using subject = await setUp();
    const reader = opened(await subject.copies.open(subject.request('a', 4)));
    await subject.copies.forget(['a', 'unknown']);
    const heir = opened(await subject.copies.open(subject.request('a', 4)));
    assert.notEqual(heir.path, reader.path);
    assert.equal(existsSync(reader.path), true);
    await reader[Symbol.asyncDispose]();
    assert.equal(existsSync(reader.path), false);
    await heir[Symbol.asyncDispose]();
    assert.equal(existsSync(heir.path), true);
    await subject.copies.forget(['a']);
    assert.deepEqual(await readdir(subject.directory), []);
  });

  it('that somebody removed or cut behind our back are fetched again', async () => {
    await using subject = await setUp();
    await subject.used('a', 4);
    const [name = ''] = await readdir(subject.directory);
    await writeFile(join(subject.directory, name, 'copy'), 'aa');
    const again = opened(await subject.copies.open(subject.request('a', 4)));
    assert.equal(await readFile(again.path, 'utf8'), 'aaaa');
    await again[Symbol.asyncDispose]();
    await rm(again.path);
    await subject.used('a', 4);
    assert.deepEqual(subject.fetched, ['a', 'a', 'a']);
  });
});
