import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Instant, instant } from '../../../src/base/units.ts';
import { releaseAt } from '../../../src/core/notifications/quiet-hours.ts';

const night = { from: 22 * 60, to: 7 * 60, timeZone: 'Europe/Berlin', exceptFail: false };
const at = (text: string): Instant => instant(Date.parse(text));
const released = (quiet: typeof night, text: string): string =>
  new Date(releaseAt(quiet, 'warn', at(text))).toISOString();

it('messages of the night wait for the morning of that time zone, also when clocks change', () => {
  assert.equal(released(night, '2026-01-10T21:00:00Z'), '2026-01-11T06:00:00.000Z');
  assert.equal(released(night, '2026-01-11T05:59:59Z'), '2026-01-11T06:00:00.000Z');
  assert.equal(released(night, '2026-01-11T06:00:00Z'), '2026-01-11T06:00:00.000Z');
  assert.equal(released(night, '2026-01-11T20:59:59Z'), '2026-01-11T20:59:59.000Z');
  assert.equal(released(night, '2026-03-28T21:00:00Z'), '2026-03-29T05:00:00.000Z');
  assert.equal(released(night, '2026-10-24T20:00:00Z'), '2026-10-25T06:00:00.000Z');
  assert.equal(released(night, '2026-12-31T23:00:00Z'), '2027-01-01T06:00:00.000Z');
});

it('hours of one day end on that day', () => {
  const noon = { ...night, from: 12 * 60, to: 13 * 60, timeZone: 'UTC' };
  assert.equal(released(noon, '2026-01-10T12:30:00Z'), '2026-01-10T13:00:00.000Z');
  assert.equal(released(noon, '2026-01-10T13:00:00Z'), '2026-01-10T13:00:00.000Z');
});

it('what fails may pass', () => {
  const moment = at('2026-01-10T23:00:00Z');
  assert.equal(releaseAt({ ...night, exceptFail: true }, 'fail', moment), moment);
  assert.equal(releaseAt({ ...night, exceptFail: true }, 'error', moment), moment);
  assert.notEqual(releaseAt({ ...night, exceptFail: true }, 'warn', moment), moment);
  assert.notEqual(releaseAt(night, 'fail', moment), moment);
  assert.equal(releaseAt(undefined, 'fail', moment), moment);
});
