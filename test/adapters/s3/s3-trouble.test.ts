import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { limits } from '../../../src/base/limits.ts';
import { MiB } from '../../../src/base/units.ts';
import type { PartitionRule } from '../../../src/core/datasets/definition.ts';
import type { S3Request, S3Trouble } from '../../support/s3/s3-server.ts';
import { createS3World, type S3World, valueOf } from './s3-world.ts';

const none: PartitionRule = { kind: 'none' };
const slowDown: S3Trouble = { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' };

/** Bytes that tell where they are from, of three ranges. */
const large = Buffer.alloc(2 * limits.s3RangeBytes + 3 * MiB);
for (let at = 0; at < large.byteLength; at += 4096) large.writeUInt32LE(at, at);

/** The same trouble for so many of the requests that are meant. */
function times(
  count: number,
  trouble: S3Trouble,
  isMeant: (request: S3Request) => boolean = () => true,
): (request: S3Request) => S3Trouble | undefined {
  let left = count;
  return (request) => (isMeant(request) && left-- > 0 ? trouble : undefined);
}

async function fetchedBytes(world: S3World, trouble: S3World['server']['trouble']): Promise<Buffer> {
  await world.server.put('a.csv', large);
  const scan = valueOf(
    await world.fetchFirst(world.define('a.csv', none), async () => {
      world.server.requests.length = 0;
      world.server.trouble = trouble;
    }),
  );
  return await readFile(scan.files[0]?.path ?? '');
}

describe('trouble with a store', () => {
  it('that asks for fewer requests is waited out, with pauses of random length that grow', async () => {
    await using world = await createS3World();
    world.server.trouble = times(4, slowDown);
    await world.server.put('a.csv', 'x\n1\n');
    await world.list(world.define('a.csv', none));
    assert.equal(world.pauses.length, 4);
    for (const [at, pause] of world.pauses.entries()) {
      assert.ok(pause >= 0 && pause <= limits.s3PauseBaseMs * 2 ** (at + 1));
    }
  });

  for (const trouble of [
    slowDown,
    { status: 500, code: 'InternalError' },
    { resetAfterBytes: 0 },
  ] satisfies S3Trouble[]) {
    it(`that does not end fails after some tries: ${JSON.stringify(trouble)}`, async () => {
      await using world = await createS3World();
      world.server.trouble = () => trouble;
      const problem = await world.refusal(world.define('a.csv', none));
      assert.equal(problem.code, 'SOURCE_UNAVAILABLE');
      assert.equal(world.server.requests.length, limits.s3TriesMax);
    });
  }

  it('whose connection breaks in the middle costs only what was not read yet', async () => {
    await using world = await createS3World();
    const isData = ({ key }: S3Request) => key === 'a.csv';
    const bytes = await fetchedBytes(world, times(2, { resetAfterBytes: 5 * MiB }, isData));
    assert.ok(bytes.equals(large));
    const starts = world.server.requests.map(({ headers }) => Number(/\d+/.exec(headers.range ?? '')?.[0]));
    assert.ok(
      starts.some((start) => start % limits.s3RangeBytes > MiB),
      `it went on in the middle: ${starts.join(', ')}`,
    );
  });

  it('that says nothing more in the middle of an answer is asked again', async () => {
    await using world = await createS3World({ silenceMs: 300 });
    const isData = ({ key }: S3Request) => key === 'a.csv';
    const bytes = await fetchedBytes(world, times(1, { hangAfterBytes: 5 * MiB }, isData));
    assert.ok(bytes.equals(large));
  });

  it('breaks many connections and gives the object all the same', async () => {
    await using world = await createS3World();
    let asked = 0;
    const bytes = await fetchedBytes(world, () =>
      ++asked % 3 === 0 ? undefined : asked % 3 === 1 ? { resetAfterBytes: 2 * MiB } : slowDown,
    );
    assert.ok(bytes.equals(large));
  });

  it('that is not there is told as such', async () => {
    await using world = await createS3World();
    const definition = world.define('a.csv', none, { endpoint: 'http://127.0.0.1:9' });
    const problem = await world.refusal(definition);
    assert.equal(problem.code, 'SOURCE_UNAVAILABLE');
    assert.match(problem.hint ?? '', /endpoint/);
  });
});

describe('objects that change', () => {
  it('between listing and reading are not read', async () => {
    await using world = await createS3World();
    await world.server.put('a.csv', 'x\n1\n');
    const replaced = await world.fetchFirst(world.define('a.csv', none), () =>
      world.server.put('a.csv', 'x\n2\n'),
    );
    assert.ok(!replaced.ok && replaced.error.code === 'SOURCE_CHANGED');
    const removed = await world.fetchFirst(world.define('a.csv', none), () => world.server.remove('a.csv'));
    assert.ok(!removed.ok && removed.error.code === 'SOURCE_CHANGED');
  });

  it('are not sought in another bucket that the definition names by now', async () => {
    await using world = await createS3World();
    await world.server.put('a.csv', 'x\n1\n');
    const moved = world.define('a.csv', none, { path: 's3://other/a.csv' });
    const outcome = await world.fetchFirst(world.define('a.csv', none), undefined, { definition: moved });
    assert.ok(!outcome.ok && outcome.error.code === 'SOURCE_CHANGED');
  });

  it('in the middle of reading leave nothing of both behind', async () => {
    await using world = await createS3World();
    await world.server.put('a.csv', large);
    const changed = Buffer.from(large).fill(1, 0, MiB);
    let isReplaced = false;
    const outcome = await world.fetchFirst(world.define('a.csv', none), undefined, {
      onProgress: () => {
        if (isReplaced) return;
        isReplaced = true;
        world.server.trouble = times(100, slowDown, ({ method }) => method === 'GET');
        void world.server.put('a.csv', changed).then(() => {
          world.server.trouble = () => undefined;
        });
      },
    });
    assert.ok(!outcome.ok && outcome.error.code === 'SOURCE_CHANGED', JSON.stringify(outcome));
    assert.deepEqual(await readdir(join(world.root, 'request-1')), []);
  });

  it('in the middle of reading are read to their end where the store keeps versions', async () => {
    await using world = await createS3World({ keepsVersions: true });
    await world.server.put('a.csv', large);
    let replaced: Promise<void> | undefined;
    const scan = valueOf(
      await world.fetchFirst(world.define('a.csv', none), undefined, {
        onProgress: () => {
          replaced ??= world.server.put('a.csv', Buffer.from(large).fill(1));
        },
      }),
    );
    await replaced;
    assert.ok((await readFile(scan.files[0]?.path ?? '')).equals(large));
    assert.ok(world.server.requests.some(({ query }) => query.get('versionId') === '0'));
  });

  it('are noticed in a store that knows no conditions, too', async () => {
    await using world = await createS3World({ ignoresConditions: true });
    await world.server.put('a.csv', 'x\n1\n');
    const outcome = await world.fetchFirst(world.define('a.csv', none), () =>
      world.server.put('a.csv', 'x\n2\n'),
    );
    assert.ok(!outcome.ok && outcome.error.code === 'SOURCE_CHANGED');
  });
});

describe('reading an object', () => {
  it('ends in the middle when it is cancelled, and at its deadline', async () => {
    await using world = await createS3World();
    await world.server.put('a.csv', large);
    const hang = async () => {
      world.server.trouble = ({ key }) => (key === 'a.csv' ? { hangAfterBytes: MiB } : undefined);
    };
    const definition = world.define('a.csv', none);
    const cancelling = new AbortController();
    const cancelled = await world.fetchFirst(definition, hang, {
      wait: { signal: cancelling.signal, timeoutMs: 60_000 },
      onProgress: () => cancelling.abort(),
    });
    assert.ok(!cancelled.ok && cancelled.error.code === 'TASK_CANCELLED');
    const late = await world.fetchFirst(definition, hang, {
      wait: { signal: new AbortController().signal, timeoutMs: 200 },
    });
    assert.ok(!late.ok && late.error.code === 'TASK_TIMEOUT');
  });
});
