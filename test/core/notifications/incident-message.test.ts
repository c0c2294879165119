import assert from 'node:assert/strict';
import { it } from 'node:test';
import { incidentId } from '../../../src/base/ids.ts';
import { mergeResults } from '../../../src/core/incidents/merge-results.ts';
import { type IncidentAction, transition } from '../../../src/core/incidents/transition.ts';
import { incidentMessage } from '../../../src/core/notifications/incident-message.ts';
import { judgeNext, nowAt, pastCount } from '../checks/flights.ts';

const at = nowAt(pastCount + 1);
const [opened] = mergeResults({
  unresolved: [],
  evaluations: [judgeNext({ rows: 200 })],
  before: [],
  now: at,
  newId: () => incidentId('i-1'),
  mode: 'check',
});
assert.ok(opened);

it('says who did what to an incident, and when it is over', () => {
  const actions: readonly IncidentAction[] = [
    { kind: 'acknowledge', by: 'ann' },
    { kind: 'assign', by: 'ann', to: 'bob' },
    { kind: 'resolve', by: 'bob', reason: 'real_error' },
    { kind: 'reopen', by: 'ann' },
  ];
  let incident = opened;
  const said = actions.map((action) => {
    const next = transition(incident, action, at);
    assert.ok(next.ok);
    incident = next.value;
    const { status, title, lines, incidents } = incidentMessage(incident, action.kind, at);
    assert.ok(title.endsWith(incidents[0]?.title ?? 'no title'));
    return [title.replace(/:.*/, ''), status, lines.join(), incidents[0]?.event];
  });
  assert.deepEqual(said, [
    ['acknowledged', 'fail', 'acknowledged, by ann', 'changed'],
    ['assigned', 'fail', 'assigned to bob, by ann', 'changed'],
    ['resolved', 'pass', 'resolved: a real error, by bob', 'resolved'],
    ['reopened', 'fail', 'reopened, by ann', 'changed'],
  ]);
});
