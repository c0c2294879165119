import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { keepKeyFile, readKeyFile } from '../../../src/adapters/system/key-file.ts';

const key = 'assay_0123456789abcdefghij';

describe('the file of a key', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'assay-key-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('is made once, for its owner alone, also by several at once', async () => {
    const path = join(directory, 'once.key');
    assert.deepEqual(await readKeyFile(path), { ok: true, value: undefined });
    let made = 0;
    const make = (): string => `${key}${(made += 1)}`;
    const kept = await Promise.all(Array.from({ length: 5 }, () => keepKeyFile(path, make)));
    assert.equal(new Set(kept.map((one) => (one.ok ? one.value : ''))).size, 1);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(directory), ['once.key']);
    assert.deepEqual(await readKeyFile(path), kept[0]);
  });

  it('is refused when others may read it, when it holds no key, and when it can not be read', async () => {
    const path = join(directory, 'unfit.key');
    for (const [content, mode] of [
      [key, 0o644],
      [key, 0o640],
      ['', 0o600],
      ['two words', 0o600],
      ['x'.repeat(5_000), 0o600],
    ] as const) {
      await writeFile(path, content);
      await chmod(path, mode);
      const read = await readKeyFile(path);
      assert.equal(
        read.ok ? '' : read.error.code,
        'OPERATOR_KEY_UNFIT',
        `${mode.toString(8)} ${content.length}`,
      );
      if (content === key) assert.ok(!JSON.stringify(read).includes(key));
    }
    assert.equal((await readKeyFile(directory)).ok, false);
  });
});
