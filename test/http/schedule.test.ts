import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jobId } from '../../src/base/ids.ts';
import { hour, instant, minute } from '../../src/base/units.ts';
import type { Schedule } from '../../src/core/scheduling/schedule.ts';
import { flights, registerFlights } from '../support/api-fixtures.ts';
import { startApi } from '../support/api-service.ts';
import { runCommand } from '../support/cli-run.ts';

const due = instant(Date.UTC(2026, 4, 1, 6));
const schedule: Schedule = {
  version: 3,
  nextAt: instant(due + 2 * hour),
  state: {
    definition: 1,
    decisions: [
      {
        at: instant(due + hour),
        dueAt: instant(due + hour),
        kind: 'scan',
        reason: 'due',
        nextAt: instant(due + 2 * hour),
        job: jobId('scheduled-1'),
      },
      { at: due, dueAt: due, kind: 'not_yet', reason: 'before_usual', nextAt: instant(due + hour) },
    ],
    slot: {
      due,
      earlyAt: instant(due + hour),
      lateAt: instant(due + 3 * hour),
      looks: 1,
      curve: { earlyMs: -10 * minute, usualMs: 2 * hour, lateMs: 3 * hour, points: 12 },
    },
  },
};

describe('the schedule of a dataset', () => {
  it('says when it is looked at next, why, and what was decided before', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const fresh = await api.call('GET', '/datasets/flights/schedule');
    assert.equal(fresh.status, 200);
    assert.deepEqual(fresh.body.decisions, []);
    assert.match(fresh.body.why, /nothing was decided yet/);
    assert.equal(fresh.body.nextScanAt, undefined);
    api.contents.schedules.set(flights, schedule);
    const { body } = await api.call('GET', '/datasets/flights/schedule');
    assert.equal(body.nextScanAt, schedule.nextAt);
    assert.equal(body.why, 'scanned: its time has come');
    assert.deepEqual(body.waitsFor, { due, lateAt: due + 3 * hour });
    assert.deepEqual(body.usual, schedule.state?.slot?.curve);
    assert.deepEqual(body.decisions[0], { ...schedule.state?.decisions[0], text: 'its time has come' });
    assert.equal(body.decisions[1].reason, 'before_usual');
  });

  it('stands in the list of datasets and beside the definition', async () => {
    await using api = await startApi();
    await registerFlights(api);
    api.contents.schedules.set(flights, schedule);
    assert.equal((await api.call('GET', '/datasets')).body.datasets[0].nextScanAt, schedule.nextAt);
    assert.equal((await api.call('GET', '/datasets/flights')).body.nextScanAt, schedule.nextAt);
  });

  it('is not found of a dataset that does not exist', async () => {
    await using api = await startApi();
    const { status, body } = await api.call('GET', '/datasets/nothing/schedule');
    assert.equal(status, 404);
    assert.equal(body.code, 'DATASET_NOT_FOUND');
  });

  it('is shown by the command line', async () => {
    await using api = await startApi();
    await registerFlights(api);
    api.contents.schedules.set(flights, schedule);
    const { exitCode, text } = await runCommand(['schedule', 'flights'], { url: api.url });
    assert.equal(exitCode, 0);
    assert.match(
      text,
      /^flights \(\w+\): next look at 2026-05-01 08:00:00Z\n {2}scanned: its time has come\n/,
    );
    assert.match(text, /waits for 2026-05-01 06:00:00Z; late from 2026-05-01 09:00:00Z on/);
    assert.match(text, /usually comes 10 min before to 3 h after that time, by the last 12/);
    assert.match(text, /not_yet  │ its data usually comes later/);
    const json = await runCommand(['schedule', 'flights', '--json'], { url: api.url });
    assert.equal(json.json.nextScanAt, schedule.nextAt);
    assert.equal((await runCommand(['schedule', 'nothing'], { url: api.url })).exitCode, 3);
  });
});
