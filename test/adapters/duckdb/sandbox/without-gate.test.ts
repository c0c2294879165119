import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Outcome } from '../../../../src/base/outcome.ts';
import type { QueryAnswer } from '../../../../src/core/checks/partition-query.ts';
import { queryKit } from './query-kit.ts';

const kit = await queryKit();
after(() => kit[Symbol.asyncDispose]());
const folder = kit.kit.folder.path;
const [batch = ''] = kit.request.paths;
const written = join(folder, 'written');

type Answer = Outcome<QueryAnswer>;

/** Runs statements in a process of their own, as a worker would if the gate had let them pass. */
async function runUngated(...statements: string[]): Promise<{ answers: Answer[]; signal: string | null }> {
  const script = join(import.meta.dirname, 'without-gate.ts');
  const child = spawn(
    process.execPath,
    [script, mkdtempSync(join(folder, 'spill-')), JSON.stringify(kit.request), ...statements],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  const lines = text.split('\n').filter((line) => line !== '');
  return { answers: lines.map((line) => JSON.parse(line) as Answer), signal };
}

/** What a database locked like this must not do, were the gate to let it pass. */
const hostile: readonly string[] = [
  "select content from read_text('/etc/passwd')",
  "select * from read_csv('/proc/self/environ')",
  "select * from '/etc/passwd'",
  `select * from read_text('${folder}/../../etc/passwd')`,
  `select * from glob('${folder}/*')`,
  `copy data to '${written}.csv'`,
  `copy data to '${written}' (format parquet, partition_by (carrier))`,
  `export database '${written}'`,
  `attach '${written}.db' as w`,
  'install httpfs',
  'load httpfs',
  "select * from 'https://example.org/x.parquet'",
  "select * from 's3://bucket/x.parquet'",
  "set memory_limit = '64GB'",
  "set allowed_directories = ['/']",
  "set allowed_paths = ['/etc/passwd']",
  'set enable_external_access = true',
  'set lock_configuration = false',
  `set temp_directory = '${written}'`,
  `set log_query_path = '${written}'`,
  `pragma profiling_output = '${written}'`,
  "create persistent secret s (type s3, key_id 'x', secret 'y')",
  "select getenv('HOME')",
];

describe('without the gate, the locked database itself', () => {
  it('answers, but reads, writes, loads and sets nothing', async () => {
    const before = readFileSync(batch);
    const { answers } = await runUngated('select 1 as one', ...hostile);
    const [first, ...others] = answers;
    assert.deepEqual(first?.ok && first.value.sample?.rows, [['1']]);
    assert.equal(others.length, hostile.length);
    for (const [index, answer] of others.entries()) assert.equal(answer.ok, false, hostile[index]);
    assert.doesNotMatch(JSON.stringify(answers), /root:|PATH=/);
    const files = readdirSync(folder).filter((name) => name.startsWith('written'));
    assert.deepEqual(files, []);
    assert.deepEqual(readFileSync(batch), before);
  });

  it('writes no log: at worst the process that runs it ends, which is the worker and nothing else', async () => {
    for (const path of [`${written}-log`, batch]) {
      const before = readFileSync(batch);
      const { answers, signal } = await runUngated(
        `select * from enable_logging('QueryLog', storage = 'file', storage_path = '${path}')`,
        'select 1',
      );
      assert.ok(signal !== null || answers.length === 2);
      assert.equal(existsSync(`${written}-log`), false);
      assert.deepEqual(readFileSync(batch), before);
    }
  });

  it('does not let the files be changed that it may read', async () => {
    const before = readFileSync(batch);
    const { answers } = await runUngated(
      `copy (select 1 as id) to '${batch}' (format parquet)`,
      `copy (select 1 as id) to '${batch}' (format parquet, use_tmp_file false)`,
    );
    assert.deepEqual(
      answers.map((answer) => !answer.ok && answer.error.code),
      ['QUERY_REFUSED', 'QUERY_REFUSED'],
    );
    assert.deepEqual(readFileSync(batch), before);
  });
});
