import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limits } from '../../src/base/limits.ts';
import { ServiceGroup } from '../../src/roles/service-group.ts';
import type { Service } from '../../src/services/lifecycle.ts';
import { testKit } from '../support/kit.ts';

function service(name: string, events: string[], faults: Partial<Service> = {}): Service {
  return {
    name,
    start: faults.start ?? (async () => void events.push(`start ${name}`)),
    stop: faults.stop ?? (async () => void events.push(`stop ${name}`)),
  };
}

describe('a group of services', () => {
  it('starts in order and stops in reverse', async () => {
    const events: string[] = [];
    const group = new ServiceGroup(testKit(), 'group', [service('a', events), service('b', events)]);
    await group.start();
    await group.stop();
    await group.stop();
    assert.deepEqual(events, ['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops what it has started when one does not start', async () => {
    const events: string[] = [];
    const start = () => Promise.reject(new Error('the port is taken'));
    const group = new ServiceGroup(testKit(), 'group', [
      service('a', events),
      service('b', events, { start }),
      service('c', events),
    ]);
    await assert.rejects(group.start(), /the port is taken/);
    assert.deepEqual(events, ['start a', 'stop a']);
  });

  it('leaves one behind that does not stop in time, or fails to, and stops the others', async () => {
    const kit = testKit();
    const events: string[] = [];
    const group = new ServiceGroup(kit, 'group', [
      service('a', events),
      service('hangs', events, { stop: () => new Promise<void>(() => {}) }),
      service('fails', events, { stop: () => Promise.reject(new Error('broken')) }),
    ]);
    await group.start();
    const stopped = group.stop();
    await kit.clock.advance(limits.stopDeadlineMs);
    await stopped;
    assert.equal(events.at(-1), 'stop a');
    assert.deepEqual(
      kit.log.events.filter(({ level }) => level !== 'debug').map(({ fields }) => fields['service']),
      ['fails', 'hangs'],
    );
  });
});
