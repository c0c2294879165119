import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anomaliesOf, type HistoryEvent } from './history.ts';

const event = (kind: HistoryEvent['kind'], version: number, value: string, client = 'a'): HistoryEvent => ({
  kind,
  version,
  value,
  client,
  register: 'r',
});

const check = (events: readonly HistoryEvent[], finalVersion: number) =>
  anomaliesOf(events, new Map([['r', finalVersion]]));

describe('the check of a history', () => {
  it('accepts acknowledged, refused and doubtful writes that explain every version and every read', () => {
    const events = [
      event('acknowledged', 1, 'x'),
      event('refused', 1, 'y', 'b'),
      event('doubtful', 2, 'z', 'b'),
      event('doubtful', 2, 'w', 'c'),
      event('read', 2, 'z'),
      event('acknowledged', 3, 'v'),
      event('doubtful', 4, 'never applied'),
      { ...event('read', 3, 'v', 'c'), kind: 'read', floor: 3 } as const,
    ];
    assert.deepEqual(check(events, 3), []);
  });

  it('finds each thing that can not have happened', () => {
    const written = event('acknowledged', 1, 'x');
    const cases: readonly (readonly [string, readonly HistoryEvent[], number])[] = [
      ['r: acknowledged version 1 is lost', [written], 0],
      ['r: version 1 was acknowledged twice', [written, event('acknowledged', 1, 'y', 'b')], 1],
      ['r: nobody wrote version 2', [written], 2],
      ['r: version 1 was read as y', [written, event('refused', 1, 'y', 'b'), event('read', 1, 'y', 'b')], 1],
      [
        'r: version 1 was read after 2 was acknowledged',
        [written, event('acknowledged', 2, 'y'), { ...event('read', 1, 'x', 'b'), kind: 'read', floor: 2 }],
        2,
      ],
      ['r: a saw version 1 after 2', [written, event('acknowledged', 2, 'y'), event('read', 1, 'x')], 2],
    ];
    for (const [anomaly, events, finalVersion] of cases)
      assert.deepEqual(check(events, finalVersion), [anomaly]);
  });
});
