import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodeId } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import { checkUpgrade } from '../../../src/core/drills/check-upgrade.ts';
import type { InjectedFault } from '../../../src/core/drills/history.ts';
import { cleanHistory } from './histories.ts';

describe('the checker of an upgrade', () => {
  const processes = ['node-quality-a1', 'node-quality-a10', 'api-1'].map((name) => {
    const role = name.startsWith('node') ? 'node' : 'api';
    return { at: instant(0), name, role, state: 'ready', version: '0.1.0+before' };
  });
  const replaced = (name: string, healedAt?: number): InjectedFault => ({
    number: 1,
    at: instant(1),
    kind: 'replace',
    targets: [name],
    what: name,
    ...(healedAt === undefined ? {} : { healedAt: instant(healedAt) }),
  });
  /** All tasks were ended by this node, at 2 ms. */
  const kinds = (node: string, fault: InjectedFault) => {
    const clean = cleanHistory();
    const jobs = clean.jobs.map((job) => ({
      ...job,
      tasks: job.tasks.map((task) => ({ ...task, node: nodeId(node) })),
    }));
    return checkUpgrade({ ...clean, jobs, processes, faults: [fault] }).map(({ kind }) => kind);
  };

  it('wants work from each node after it was replaced', () => {
    assert.deepEqual(kinds('node-quality-a1-01m7', replaced('node-quality-a1', 2)), []);
    assert.deepEqual(kinds('node-quality-a1-01m7', replaced('node-quality-a1', 3)), ['idle']);
  });

  it('takes no node for another whose name goes on', () => {
    assert.deepEqual(kinds('node-quality-a10-01m7', replaced('node-quality-a1', 2)), ['idle']);
  });

  it('wants every process to come back, and no work of those that do none', () => {
    assert.deepEqual(kinds('n', replaced('api-1', 2)), []);
    assert.deepEqual(kinds('n', replaced('api-1')), ['idle']);
  });
});
