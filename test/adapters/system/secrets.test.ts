import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';

let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'assay-secrets-'));
});
after(() => rm(directory, { recursive: true }));

async function fileWith(text: string, mode = 0o600): Promise<string> {
  const path = join(directory, 'secrets');
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

async function resolveInFile(path: string, name: string) {
  return await createSecrets({ environment: {}, secretsFile: path }).resolve({ from: 'file', name });
}

test('a secret comes from the environment', async () => {
  const secrets = createSecrets({ environment: { KEY: 'value', EMPTY: '' } });
  assert.deepEqual(await secrets.resolve({ from: 'environment', name: 'KEY' }), { ok: true, value: 'value' });
  for (const name of ['EMPTY', 'ABSENT']) {
    const outcome = await secrets.resolve({ from: 'environment', name });
    assert.ok(!outcome.ok && outcome.error.code === 'SECRET_MISSING' && outcome.error.message.includes(name));
  }
});

test('a secret comes from a file of JSON or of lines', async () => {
  const json = await fileWith('{"KEY": "of json", "__proto__": "odd"}');
  assert.deepEqual(await resolveInFile(json, 'KEY'), { ok: true, value: 'of json' });
  assert.deepEqual(await resolveInFile(json, '__proto__'), { ok: true, value: 'odd' });
  const lines = await fileWith('# remark\n\nexport A=1=2 # kept\r\nB="quoted # text"\nC=\'x\'\n');
  assert.deepEqual(await resolveInFile(lines, 'A'), { ok: true, value: '1=2 # kept' });
  assert.deepEqual(await resolveInFile(lines, 'B'), { ok: true, value: 'quoted # text' });
  assert.deepEqual(await resolveInFile(lines, 'C'), { ok: true, value: 'x' });
});

test('a changed secret is seen at its next use', async () => {
  const path = await fileWith('A=first');
  const secrets = createSecrets({ environment: {}, secretsFile: path });
  assert.deepEqual(await secrets.resolve({ from: 'file', name: 'A' }), { ok: true, value: 'first' });
  await fileWith('A=second');
  assert.deepEqual(await secrets.resolve({ from: 'file', name: 'A' }), { ok: true, value: 'second' });
});

test('a file that others can read, or the group can write, is refused', async () => {
  for (const mode of [0o644, 0o604, 0o602, 0o620]) {
    const outcome = await resolveInFile(await fileWith('A=value', mode), 'A');
    assert.ok(!outcome.ok && outcome.error.code === 'SECRETS_FILE_UNFIT', mode.toString(8));
    assert.match(outcome.error.hint ?? '', /chmod 600/);
  }
  assert.ok((await resolveInFile(await fileWith('A=value', 0o440), 'A')).ok);
});

test('no failure quotes the file', async () => {
  const broken = ['{"A": "hidden', 'A=hidden\nhidden line', '{"B": "hidden"}', 'B=hidden'];
  for (const text of broken) {
    const outcome = await resolveInFile(await fileWith(text), 'A');
    assert.ok(!outcome.ok);
    assert.doesNotMatch(JSON.stringify(outcome.error), /hidden/);
  }
});

test('a missing file, or none configured, is said so', async () => {
  const absent = await resolveInFile(join(directory, 'absent'), 'A');
  assert.ok(
    !absent.ok && absent.error.code === 'SECRETS_FILE_UNFIT' && absent.error.message.includes('absent'),
  );
  const none = await createSecrets({ environment: {} }).resolve({ from: 'file', name: 'A' });
  assert.ok(!none.ok && none.error.code === 'SECRET_MISSING');
});
