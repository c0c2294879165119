import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { instant } from '../../../src/base/units.ts';
import { judgeLoad, type LoadLook, type LoadState } from '../../../src/core/membership/overload.ts';

const calm: LoadLook = { at: instant(0), ownMemory: 0.5, machineMemory: 0.5, loopDelayMs: 10, running: 1 };

/** The states after looks that are a quarter of a second apart. */
function follow(looks: readonly Partial<LoadLook>[]): readonly LoadState['state'][] {
  const states: LoadState['state'][] = [];
  let state: LoadState = { state: 'normal' };
  for (const [index, look] of looks.entries()) {
    state = judgeLoad(state, { ...calm, at: instant(250 * index), ...look });
    states.push(state.state);
  }
  return states;
}

describe('a node', () => {
  it('is overloaded at once when its memory is used up, and until there is a tenth of it again', () => {
    for (const memory of ['ownMemory', 'machineMemory'] as const) {
      const parts = [0.94, 0.95, 0.91, 0.9, 0.89, 0.94];
      assert.deepEqual(
        follow(parts.map((part) => ({ [memory]: part }))),
        ['normal', 'overloaded', 'overloaded', 'overloaded', 'normal', 'normal'],
        memory,
      );
    }
  });

  it('is overloaded when it has not kept its own time for two seconds, not for a single stop', () => {
    const starved = { loopDelayMs: 600 };
    const looks = [...Array.from({ length: 9 }, () => starved), { loopDelayMs: 300 }, { loopDelayMs: 200 }];
    const rising = Array.from({ length: 8 }, () => 'rising' as const);
    assert.deepEqual(follow(looks), [...rising, 'overloaded', 'overloaded', 'normal']);
    assert.deepEqual(follow([starved, {}, starved]), ['rising', 'normal', 'rising']);
  });

  it('takes a task although its own memory or its time is short, when it runs nothing: it would wait for ever', () => {
    const idle = { running: 0 };
    assert.deepEqual(follow([{ ownMemory: 2, ...idle }]), ['normal']);
    assert.deepEqual(
      follow(Array.from({ length: 20 }, () => ({ loopDelayMs: 5_000, ...idle }))).at(-1),
      'normal',
    );
    assert.deepEqual(follow([{ machineMemory: 1, ...idle }]), ['overloaded']);
  });

  it('does not come and go while its load stays between the two ends of a limit', () => {
    const between = fc.record({
      ownMemory: fc.double({ min: 0.901, max: 0.949, noNaN: true }),
      machineMemory: fc.double({ min: 0.901, max: 0.949, noNaN: true }),
      loopDelayMs: fc.integer({ min: 251, max: 499 }),
    });
    fc.assert(
      fc.property(fc.array(between, { minLength: 1 }), fc.boolean(), (looks, high) => {
        const first = high ? { machineMemory: 1 } : {};
        const states = follow([first, ...looks]);
        assert.equal(new Set(states).size, 1);
      }),
    );
  });
});
