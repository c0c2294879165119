import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limits } from '../../../src/base/limits.ts';
import { instant } from '../../../src/base/units.ts';
import type { NotifyDefinition } from '../../../src/core/datasets/definition.ts';
import type { Message } from '../../../src/core/notifications/message.ts';
import { planMessage, type Told } from '../../../src/core/notifications/plan.ts';
import { testMessage } from '../../conformance/channel.ts';

const at = instant(Date.UTC(2026, 0, 10, 12));
const slack = { type: 'slack', url: { from: 'environment', name: 'S' } } as const;
const webhook = { type: 'webhook', url: 'https://example.org' } as const;

function plan(
  notify: readonly NotifyDefinition[],
  parts: Partial<Message> = {},
  told: readonly Told[] = [],
): { channel: string; inMs: number }[] {
  const audience = { owner: 'owner@example.org', followers: ['f@example.org', 'a team'], notify };
  return planMessage({ audience, message: testMessage(parts), told, at }).map(({ channel, dueAt }) => ({
    channel,
    inMs: dueAt - at,
  }));
}

const channelsOf = (planned: readonly { channel: string }[]) => planned.map(({ channel }) => channel);

describe('where a message goes', () => {
  it('the log is told everything; people what warns or fails; a webhook everything, unless it says otherwise', () => {
    const notify = [slack, webhook, { ...slack, level: 'fail' }, { ...webhook, level: 'warn' }] as const;
    assert.deepEqual(channelsOf(plan(notify, { status: 'pass' })), ['log', 'webhook:1']);
    assert.deepEqual(channelsOf(plan(notify, { status: 'warn' })), [
      'log',
      'slack:0',
      'webhook:1',
      'webhook:3',
    ]);
    assert.equal(plan(notify, { status: 'error' }).length, 5);
  });

  it('ends of backfills and incidents are told at every level', () => {
    const notify = [{ ...slack, level: 'fail' }] as const;
    const resolved = { id: 'i', state: 'resolved', title: 't', event: 'resolved' } as const;
    assert.deepEqual(channelsOf(plan(notify, { kind: 'backfill_finished', status: 'pass' })), [
      'log',
      'slack:0',
    ]);
    assert.deepEqual(channelsOf(plan(notify, { status: 'pass', incidents: [resolved] })), ['log', 'slack:0']);
  });

  it('the owner gets an e-mail first, then each follower who is an address', () => {
    assert.deepEqual(plan([{ type: 'email' }]), [
      { channel: 'log', inMs: 0 },
      { channel: 'email:0:owner@example.org', inMs: 0 },
      { channel: 'email:0:f@example.org', inMs: limits.followerDelayMs },
    ]);
    const named = plan([{ type: 'email', to: ['f@example.org', 'owner@example.org'] }]);
    assert.deepEqual(channelsOf(named), ['log', 'email:0:owner@example.org', 'email:0:f@example.org']);
    const others = plan([{ type: 'email', to: ['x@example.org'] }]);
    assert.deepEqual(others[1], { channel: 'email:0:x@example.org', inMs: 0 });
  });

  it('quiet hours hold back, and never the log', () => {
    const quietHours = { from: 11 * 60, to: 14 * 60, timeZone: 'UTC', exceptFail: false };
    assert.deepEqual(plan([{ ...slack, quietHours }]), [
      { channel: 'log', inMs: 0 },
      { channel: 'slack:0', inMs: 2 * 60 * 60_000 },
    ]);
  });
});

describe('repetitions', () => {
  const notify = [{ ...slack, repeatMs: 60_000 }] as const;
  const incident = { id: 'i', state: 'new', title: 't', event: 'changed' } as const;
  const told = (parts: Partial<Told> = {}): Told[] => [
    {
      channel: 'slack:0',
      createdAt: instant(at - 59_000),
      message: testMessage({ incidents: [incident] }),
      ...parts,
    },
  ];
  const isTold = (parts: Partial<Message>, before: readonly Told[]): boolean =>
    plan(notify, parts, before).length === 2;

  it('an incident that goes on is not told again within the interval', () => {
    assert.equal(isTold({ incidents: [incident] }, told()), false);
    assert.equal(isTold({ incidents: [incident] }, told({ createdAt: instant(at - 60_000) })), true);
    assert.equal(isTold({ incidents: [incident] }, told({ channel: 'slack:1' })), true);
    assert.equal(isTold({ incidents: [incident] }, []), true);
  });

  it('whatever is new is told: another incident, a worse status, an end', () => {
    assert.equal(isTold({ incidents: [incident, { ...incident, id: 'j' }] }, told()), true);
    const mild = told({ message: testMessage({ status: 'warn', incidents: [incident] }) });
    assert.equal(isTold({ status: 'fail', incidents: [incident] }, mild), true);
    assert.equal(isTold({ incidents: [{ ...incident, event: 'resolved' }] }, told()), true);
    assert.equal(isTold({ incidents: [] }, told()), true);
  });
});
