import type { Instant } from '../../base/units.ts';
import { countStatuses } from '../checks/status.ts';
import type { Incident } from '../incidents/incident.ts';
import { incidentTitle } from '../incidents/incident-title.ts';
import type { IncidentAction } from '../incidents/transition.ts';
import type { Message } from './message.ts';

/** Says what somebody has just done to an incident. */
export function incidentMessage(incident: Incident, action: IncidentAction['kind'], at: Instant): Message {
  const { id, dataset, firstPartition, level, state, log } = incident;
  const isResolved = state.state === 'resolved';
  const last = log.at(-1);
  const title = incidentTitle(incident);
  return {
    kind: 'incident_changed',
    dataset,
    partition: firstPartition,
    status: isResolved ? 'pass' : level,
    title: `${isResolved ? 'resolved' : participle(state.state, action)}: ${title}`,
    lines: last === undefined ? [] : [`${last.text}, by ${last.by}`],
    counts: countStatuses([]),
    incidents: [{ id, state: state.state, title, event: isResolved ? 'resolved' : 'changed' }],
    at,
  };
}

function participle(state: Incident['state']['state'], action: IncidentAction['kind']): string {
  return action === 'reopen' ? 'reopened' : state;
}
