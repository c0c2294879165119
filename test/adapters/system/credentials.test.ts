import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCredentials } from '../../../src/adapters/system/credentials.ts';
import { FailureError } from '../../../src/base/errors.ts';
import { limits } from '../../../src/base/limits.ts';

const cheap = { memoryKib: 64, passes: 1, lanes: 1 };

describe('passwords', () => {
  it('are kept with their parameters, each under another salt, and known again', async () => {
    const credentials = createCredentials();
    const kept = await credentials.hashPassword('a long sentence');
    assert.match(kept, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    assert.notEqual(await credentials.hashPassword('a long sentence'), kept);
    assert.deepEqual(await credentials.verifyPassword('a long sentence', kept), {
      isRight: true,
      isOutdated: false,
    });
    assert.equal((await credentials.verifyPassword('a long sentencE', kept)).isRight, false);
  });

  it('are the same in whatever form of Unicode they are typed', async () => {
    const own = createCredentials(cheap);
    const kept = await own.hashPassword('pass\u00e9');
    assert.equal((await own.verifyPassword('passe\u0301', kept)).isRight, true);
  });

  it('say when they were hashed with other parameters than today’s', async () => {
    const kept = await createCredentials(cheap).hashPassword('a long sentence');
    const today = createCredentials({ ...cheap, passes: 2 });
    assert.deepEqual(await today.verifyPassword('a long sentence', kept), {
      isRight: true,
      isOutdated: true,
    });
    assert.deepEqual(await today.verifyPassword('another', kept), { isRight: false, isOutdated: false });
  });

  it('are nobody’s where nothing readable is kept, and as much is computed', async () => {
    const credentials = createCredentials({ memoryKib: 2_048, passes: 2, lanes: 1 });
    const kept = await credentials.hashPassword('a long sentence');
    const cpuOf = async (of: string | undefined): Promise<number> => {
      const before = process.cpuUsage();
      for (let time = 0; time < 20; time += 1) {
        const verdict = await credentials.verifyPassword('wrong', of);
        assert.deepEqual(verdict, { isRight: false, isOutdated: false });
      }
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    await cpuOf(kept);
    const [known, unknown, broken] = [
      await cpuOf(kept),
      await cpuOf(undefined),
      await cpuOf('$argon2id$broken'),
    ];
    for (const other of [unknown, broken])
      assert.ok(other > known / 2 && other < known * 2, `${known} ${other}`);
  });

  it('are hashed beside the event loop, a few at once, and not without end', async () => {
    const credentials = createCredentials({ memoryKib: 8_192, passes: 4, lanes: 1 });
    const waiting = Array.from({ length: limits.passwordHashesAtOnce + limits.passwordHashesWaiting }, () =>
      credentials.verifyPassword('wrong', undefined),
    );
    await assert.rejects(credentials.hashPassword('one more'), (error) => {
      assert.ok(error instanceof FailureError);
      assert.equal(error.failure.code, 'NOT_READY');
      return true;
    });
    let turns = 0;
    let isDone = false;
    void waiting[0]?.then(() => {
      isDone = true;
    });
    while (!isDone) {
      turns += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(turns > 10, 'the loop went on meanwhile');
    await Promise.all(waiting);
    await credentials.hashPassword('one more');
  });
});

describe('tokens', () => {
  it('have 256 bits, and tell nothing by what is kept or derived of them', () => {
    const credentials = createCredentials(cheap);
    const token = credentials.token();
    assert.equal(Buffer.from(token, 'base64url').length, 32);
    assert.notEqual(credentials.token(), token);
    assert.equal(credentials.digest(token), credentials.digest(token));
    assert.notEqual(credentials.derived(token, 'a'), credentials.derived(token, 'b'));
    assert.ok(![credentials.digest(token), credentials.derived(token, 'a')].includes(token));
    assert.equal(credentials.areSame('same', 'same'), true);
    assert.equal(credentials.areSame('same', 'other one'), false);
  });
});
