import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../../src/base/limits.ts';
import { day, hour, type Instant, instant, minute } from '../../../src/base/units.ts';
import type { PublishRule } from '../../../src/core/datasets/definition.ts';
import { decisionText } from '../../../src/core/scheduling/decision-text.ts';
import { inTurns } from '../../../src/core/scheduling/turns.ts';
import { Dataset, time } from './support.ts';

const daily: PublishRule = { type: 'periodic', cron: '0 6 * * *', timeZone: 'UTC' };
const start = time('2026-01-01T12:00:00Z');

/** Registered, and begun by a scan. */
function begun(publish: PublishRule): Dataset {
  const one = new Dataset(publish, start);
  one.look();
  assert.equal(one.look().decision.kind, 'scan');
  return one;
}

describe('a dataset that was registered', () => {
  for (const publish of [{ type: 'static' }, { type: 'continuous' }, daily] as const) {
    it(`is scanned once after a moment if nobody asks for its data (${publish.type})`, () => {
      const one = new Dataset(publish, start);
      const first = one.look();
      assert.equal(first.decision.reason, 'just_registered');
      assert.equal(one.nextAt, start + limits.registrationGraceMs);
      const second = one.look();
      assert.deepEqual([second.decision.kind, second.decision.reason], ['scan', 'registered']);
    });

    it(`is left alone if somebody did (${publish.type})`, () => {
      const one = new Dataset(publish, start);
      assert.deepEqual(one.look({ open: 'backfill' }).decision.reason, 'backfill_open');
      assert.deepEqual(one.look({ wasAskedFor: true }).decision.reason, 'asked_for');
    });
  }

  it('is not looked at again while it is static, until its definition changes', () => {
    const one = begun({ type: 'static' });
    assert.equal(one.nextAt, undefined);
    one.change(instant(start + day));
    assert.equal(one.look({}, instant(start + day + hour)).decision.reason, 'definition_changed');
    assert.equal(one.nextAt, undefined);
  });

  it('is looked at for the time that has come since, though its first scan was before', () => {
    const registered = time('2026-01-01T05:59:30Z');
    const one = new Dataset(daily, registered);
    one.look();
    one.look();
    assert.ok(one.nextAt !== undefined && one.nextAt < time('2026-01-01T06:10:00Z'));
    assert.equal(one.state?.slot?.due, time('2026-01-01T06:00:00Z'));
  });
});

describe('a periodic dataset', () => {
  it('is looked for at its time while little is known of it, then with growing pauses until it is there', () => {
    const one = begun(daily);
    const due = time('2026-01-02T06:00:00Z');
    assert.equal(one.nextAt, due);
    const looks: number[] = [];
    let reason = '';
    while (looks.length < 12) {
      const { decision } = one.look();
      assert.equal(decision.kind, 'scan');
      looks.push((decision.at - due) / minute);
      reason = decision.reason;
    }
    assert.deepEqual(looks.slice(0, 6), [0, 5, 12.5, 23.75, 40.625, 60]);
    assert.equal(reason, 'late');
    const arrived = instant(due + 3 * hour);
    const { decision } = one.look({ arrivals: [arrived] });
    // It was late: what came after it is taken in at once.
    assert.deepEqual([decision.kind, decision.reason], ['scan', 'rest']);
    assert.equal(one.nextAt, time('2026-01-03T06:00:00Z'));
  });

  it('is scanned once more when what is not there yet would be late, and then not before its next time', () => {
    const one = begun(daily);
    const due = time('2026-01-02T06:00:00Z');
    one.look();
    const facts = { arrivals: [instant(due + minute)] };
    assert.equal(one.look(facts).decision.reason, 'arrived');
    assert.equal(one.nextAt, due + hour);
    assert.equal(one.look(facts).decision.reason, 'rest');
    assert.equal(one.nextAt, due + day);
    const hourly = begun({ ...daily, cron: '0 * * * *' });
    const first = hourly.nextAt ?? start;
    hourly.look();
    hourly.look({ arrivals: [instant(first + minute)] });
    // The first look for the next time finds the rest of this one.
    assert.equal(hourly.nextAt, first + hour);
    assert.equal(hourly.state?.decisions[0]?.reason, 'arrived');
  });

  it('is looked for once a day where clocks change, whether its time is skipped or comes twice', () => {
    for (const [registered, dues] of [
      // Clocks go from 2:00 to 3:00 on 29 March, and from 3:00 back to 2:00 on 25 October.
      ['2026-03-27T12:00:00Z', ['2026-03-28T01:30:00Z', '2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z']],
      ['2026-10-23T12:00:00Z', ['2026-10-24T00:30:00Z', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']],
    ] as const) {
      const one = new Dataset(
        { type: 'periodic', cron: '30 2 * * *', timeZone: 'Europe/Berlin' },
        time(registered),
      );
      const looks: Instant[] = [];
      while ((one.nextAt ?? 0) < time(dues[2]) + hour) {
        const at = one.nextAt ?? time(registered);
        const { decision } = one.look({ arrivals: [instant(at - 1)] });
        if (decision.reason === 'due') looks.push(decision.at);
      }
      assert.deepEqual(looks, dues.map(time));
    }
  });

  it('is not taken for arrived because of what came before its time, or of what a backfill brought', () => {
    const one = begun(daily);
    const due = time('2026-01-02T06:00:00Z');
    // Yesterday's, a day late.
    assert.equal(one.look({ arrivals: [instant(due - 10 * minute)] }).decision.reason, 'due');
    assert.equal(one.look({ arrivals: [instant(due - 10 * minute)] }).decision.reason, 'not_come_yet');
    const backfilledAt = instant(due + 8 * minute);
    const past = [instant(due + 7 * minute)];
    assert.equal(one.look({ arrivals: past, backfilledAt }).decision.reason, 'not_come_yet');
    const arrivals = [instant(due + 20 * minute), ...past];
    assert.equal(one.look({ arrivals, backfilledAt }).decision.reason, 'arrived');
  });

  it('is looked for at its next time, though the one before is still waited for with long pauses', () => {
    const one = begun(daily);
    const at: Instant[] = [];
    while ((one.nextAt ?? 0) < time('2026-01-04T07:00:00Z')) at.push(one.look().decision.at);
    for (const due of ['2026-01-03T06:00:00Z', '2026-01-04T06:00:00Z'].map(time)) assert.ok(at.includes(due));
  });

  it('goes on with the next time when the one before never came', () => {
    const one = begun(daily);
    while ((one.state?.slot?.due ?? 0) < time('2026-01-03T06:00:00Z')) one.look();
    assert.equal(one.state?.slot?.looks, 1);
    assert.equal(one.state?.decisions[0]?.reason, 'due');
  });

  it('is looked at when it usually comes, and not before', () => {
    const one = begun(daily);
    // For a month it came between 9:00 and 9:30.
    const arrivals = Array.from({ length: 30 }, (_, back) =>
      instant(time('2026-01-01T09:00:00Z') - back * day + (back % 7) * 5 * minute),
    );
    one.look({ arrivals });
    assert.equal(one.state?.decisions[0]?.reason, 'due');
    const known = [time('2026-01-02T09:10:00Z'), ...arrivals];
    const due = time('2026-01-03T06:00:00Z');
    while (one.state?.slot?.due !== due) one.look({ arrivals: known });
    const curve = one.state?.slot?.curve;
    assert.ok(curve);
    assert.equal(curve.earlyMs, 3 * hour);
    assert.ok(curve.lateMs >= 3.5 * hour && curve.lateMs <= 4 * hour, `late after ${curve.lateMs / hour} h`);
    const first = one.nextAt ?? 0;
    assert.ok(first < due + 3 * hour && first > due + 2.8 * hour);
    // It is behind, and that is told hours before anybody would notice.
    let told: Instant | undefined;
    while (told === undefined) {
      const { tell, decision } = one.look({ arrivals: known });
      if (tell !== undefined) told = decision.at;
    }
    assert.equal(told, due + curve.lateMs);
  });

  it('is not said to be late before it usually comes', () => {
    const one = begun(daily);
    // It always comes five hours after its time.
    const arrivals = Array.from({ length: 30 }, (_, back) =>
      instant(time('2026-01-01T11:00:00Z') - back * day),
    );
    one.look({ arrivals: [time('2026-01-02T11:00:00Z'), ...arrivals] });
    const tells: number[] = [];
    for (let looks = 0; looks < 20; looks += 1) {
      const { tell, decision } = one.look({ arrivals: [time('2026-01-02T11:00:00Z'), ...arrivals] });
      if (tell !== undefined) tells.push(decision.at);
    }
    assert.equal(tells[0], time('2026-01-03T11:15:00Z'));
  });

  it('tells once a day that nothing comes, and once that it has come', () => {
    const one = begun(daily);
    const tells: { due: number; arrived: boolean }[] = [];
    const end = time('2026-01-05T05:00:00Z');
    while ((one.nextAt ?? end) < end) {
      const { tell } = one.look();
      if (tell !== undefined) tells.push(tell);
    }
    const { tell } = one.look({ arrivals: [end] });
    assert.deepEqual(tells, [
      { due: time('2026-01-02T06:00:00Z'), arrived: false },
      { due: time('2026-01-03T06:00:00Z'), arrived: false },
      { due: time('2026-01-04T06:00:00Z'), arrived: false },
    ]);
    assert.deepEqual(tell, { due: time('2026-01-04T06:00:00Z'), arrived: true });
  });

  it('says nothing of what was due before anybody said so', () => {
    const one = begun({ ...daily, cron: '0 11 * * *' });
    const { tell } = one.look({}, time('2026-01-02T10:00:00Z'));
    assert.equal(tell, undefined);
  });
});

describe('a continuous dataset', () => {
  it('is looked at more often while something comes, and less often while nothing does', () => {
    const one = begun({ type: 'continuous' });
    const pause = (): number => (one.nextAt ?? 0) - (one.state?.decisions[0]?.at ?? 0);
    for (let looks = 0; looks < 20; looks += 1) one.look({ lastScan: { status: 'succeeded', changed: 1 } });
    assert.equal(pause(), limits.pollMsMin);
    const before = pause();
    one.look({ lastScan: { status: 'succeeded', changed: 0 } });
    assert.equal(pause(), before * 1.5);
    for (let looks = 0; looks < 20; looks += 1) one.look({ lastScan: { status: 'failed', changed: 0 } });
    assert.equal(pause(), limits.pollMsMax);
  });
});

describe('what is in the way', () => {
  it('puts a look off, and is kept as one reason however often it is met', () => {
    const one = begun(daily);
    const due = one.nextAt;
    for (let looks = 0; looks < 100; looks += 1) one.look({ open: 'scan' });
    const reasons = one.state?.decisions.map(({ reason }) => reason);
    assert.deepEqual(reasons, ['scan_open', 'registered', 'just_registered']);
    assert.equal(one.look().decision.kind, 'scan');
    assert.equal(one.state?.slot?.due, due);
  });

  it('of many that are overdue, each gets a place of its own within the window, once', () => {
    const one = begun(daily);
    const late = instant((one.nextAt ?? 0) + day);
    const first = one.look({}, late, true);
    assert.equal(first.decision.reason, 'in_turn');
    assert.ok((one.nextAt ?? 0) > late && (one.nextAt ?? 0) <= late + limits.catchUpWindowMs);
    const second = one.look({}, instant((one.nextAt ?? 0) + hour), true);
    assert.equal(second.decision.reason, 'catch_up');
  });
});

it('always looks again later than it was due, whatever the clock says', () => {
  const rules: readonly PublishRule[] = [
    { type: 'static' },
    { type: 'continuous' },
    daily,
    { type: 'periodic', cron: '*/20 * * * *', timeZone: 'Europe/Berlin' },
    { type: 'periodic', cron: '30 2 * * *', timeZone: 'America/New_York' },
  ];
  const look = fc.record({
    skewMs: fc.integer({ min: -10 * minute, max: 3 * day }),
    open: fc.option(fc.constantFrom('scan' as const, 'backfill' as const, 'paused_backfill' as const), {
      nil: undefined,
    }),
    arrived: fc.boolean(),
    crowded: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.constantFrom(...rules), fc.array(look, { maxLength: 30 }), (publish, looks) => {
      const one = new Dataset(publish, start);
      for (const { skewMs, open, arrived, crowded } of looks) {
        if (one.nextAt === undefined) return;
        const due = one.nextAt;
        const now = instant(due + skewMs);
        const { decision, state } = one.look(
          { ...(open === undefined ? {} : { open }), arrivals: arrived ? [now] : [] },
          now,
          crowded,
        );
        assert.equal(decision.dueAt, due);
        assert.ok(decision.nextAt === undefined || decision.nextAt > due);
        assert.ok(state.decisions.length <= limits.scheduleDecisionsKept);
        assert.ok(decisionText(decision.reason).length > 0);
        assert.ok(open === undefined || decision.kind === 'skipped');
      }
    }),
    { numRuns: 200 },
  );
});

it('serves owners in turn', () => {
  const items = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'];
  assert.deepEqual(
    inTurns(items, (item) => item.charAt(0)),
    ['a1', 'b1', 'c1', 'a2', 'b2', 'a3'],
  );
});
