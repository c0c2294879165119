import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RoleOptions } from '../../src/cli/dependencies.ts';
import { runCommand } from '../support/cli-run.ts';

/** Runs a command line; the options that its role was started with, and how it ended. */
async function run(...args: readonly string[]) {
  const started: RoleOptions[] = [];
  const role = async (options: RoleOptions): Promise<number> => {
    started.push(options);
    return 0;
  };
  const { exitCode, errors } = await runCommand(args, { role });
  return { started, exitCode, errors };
}

describe('the commands of the roles', () => {
  it('pass on what was given, and nothing else', async () => {
    const ensemble = ['--zookeeper', 'zk1:2181'];
    const node = [
      'node',
      '--cluster',
      'quality',
      ...ensemble,
      '--slots',
      '3',
      '--zone',
      'b',
      '--batches',
      'postgres',
    ];
    assert.deepEqual((await run(...node)).started, [
      { role: 'node', cluster: 'quality', zookeeper: 'zk1:2181', slots: '3', zone: 'b', batches: 'postgres' },
    ]);
    assert.deepEqual((await run('manager', '--cluster', 'ingestion', '--session-timeout', '2000')).started, [
      { role: 'manager', cluster: 'ingestion', sessionTimeout: '2000' },
    ]);
    assert.deepEqual((await run('api', ...ensemble, '--port', '0')).started, [
      { role: 'api', zookeeper: 'zk1:2181', port: '0' },
    ]);
    assert.deepEqual((await run('scheduler', '--name', 's1')).started, [{ role: 'scheduler', name: 's1' }]);
  });

  it('refuse what their role does not know', async () => {
    for (const args of [
      ['manager', '--slots', '3'],
      ['api', '--cluster', 'quality'],
      ['scheduler', '--slots', '3'],
    ]) {
      const { exitCode, errors, started } = await run(...args);
      assert.deepEqual([exitCode, started], [3, []]);
      assert.match(errors, /unknown option/);
    }
  });
});
