import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as queries from '../../web/src/api/queries.ts';
import { staleAfter } from '../../web/src/live/stale-keys.ts';
import { histories, overview } from '../../web/src/pages/overview/overview-queries.ts';

const subjects = { dataset: 'flights', partition: '2001-01-01', incident: 'i1', cluster: 'quality' };
const events = ['dataset.changed', 'partition.changed', 'incident.changed', 'job.changed', 'cluster.changed'];

/** The first part of the key of everything that the page asks for. */
const asked = new Set([
  ...Object.values(queries).map((query) => {
    const made = typeof query === 'function' ? query({} as never, [] as never) : query;
    return made.queryKey[0];
  }),
  overview({ search: '', attention: undefined, sort: 'name', order: 'asc' }).queryKey[0],
  histories([]).queryKey[0],
]);

describe('what an event makes stale', () => {
  for (const name of events) {
    it(`are answers that the page has, after ${name}`, () => {
      const stale = staleAfter({ name, data: JSON.stringify(subjects) });
      assert.ok(stale !== 'everything' && stale.length > 0);
      for (const [kind] of stale) assert.ok(asked.has(String(kind)), `nobody asks for ${String(kind)}`);
    });
  }

  it('is of all subjects where the event names none', () => {
    const stale = staleAfter({ name: 'partition.changed', data: '{"dataset":"flights"}' });
    assert.ok(stale !== 'everything');
    assert.ok(stale.some((key) => JSON.stringify(key) === '["details","flights"]'));
  });

  it('is everything when nobody knows, and nothing after what is none', () => {
    assert.equal(staleAfter({ name: 'reset', data: '{}' }), 'everything');
    assert.deepEqual(staleAfter({ name: 'ready', data: '{}' }), []);
    assert.ok(staleAfter({ name: 'job.changed', data: 'not JSON' }) !== 'everything');
  });
});
