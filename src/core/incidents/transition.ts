import { unreachable } from '../../base/assert.ts';
import { failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import type { Incident, IncidentState, ResolveReason } from './incident.ts';

/** What somebody does to an incident. `restate` is Assay's own: no line is open any more. */
export type IncidentAction =
  | { readonly kind: 'acknowledge'; readonly by: string }
  | { readonly kind: 'assign'; readonly by: string; readonly to: string }
  | { readonly kind: 'resolve'; readonly by: string; readonly reason: Exclude<ResolveReason, 'restated'> }
  | { readonly kind: 'restate' }
  | { readonly kind: 'reopen'; readonly by: string };

/** In whose name Assay acts. */
export const assayItself = 'assay';

/** The actions that each state allows; everything else is refused. */
const allowed = {
  new: ['acknowledge', 'assign', 'resolve', 'restate'],
  acknowledged: ['assign', 'resolve', 'restate'],
  assigned: ['assign', 'resolve', 'restate'],
  resolved: ['reopen'],
} as const satisfies Record<IncidentState['state'], readonly IncidentAction['kind'][]>;

/**
 * Moves an incident along one of the allowed edges and notes it in the log; the only place that changes its state.
 * `ACTION_NOT_ALLOWED` when the action does not fit the state, such as acknowledging what is resolved.
 */
export function transition(incident: Incident, action: IncidentAction, at: Instant): Outcome<Incident> {
  const { state } = incident.state;
  const actions: readonly IncidentAction['kind'][] = allowed[state];
  if (!actions.includes(action.kind)) {
    const message = `incident ${incident.id} is ${state}: it can not be ${participles[action.kind]}`;
    const can = actions.filter((kind) => kind !== 'restate').map((kind) => participles[kind]);
    return fail(failure('ACTION_NOT_ALLOWED', message, { hint: `it can be ${can.join(' or ')}` }));
  }
  const { next, by, text } = stateAfter(action, at);
  return succeed({
    ...incident,
    state: next,
    updatedAt: at,
    log: [...incident.log, { at, by, text }].slice(-limits.incidentLogMax),
  });
}

const participles = {
  acknowledge: 'acknowledged',
  assign: 'assigned',
  resolve: 'resolved',
  restate: 'resolved by a good revision',
  reopen: 'reopened',
} as const satisfies Record<IncidentAction['kind'], string>;

function stateAfter(action: IncidentAction, at: Instant): { next: IncidentState; by: string; text: string } {
  switch (action.kind) {
    case 'acknowledge':
      return { next: { state: 'acknowledged', by: action.by, at }, by: action.by, text: 'acknowledged' };
    case 'assign': {
      const { by, to } = action;
      return { next: { state: 'assigned', to, by, at }, by, text: `assigned to ${to}` };
    }
    case 'resolve': {
      const { by, reason } = action;
      return { next: { state: 'resolved', reason, by, at }, by, text: `resolved: ${reasonTexts[reason]}` };
    }
    case 'restate':
      return {
        next: { state: 'resolved', reason: 'restated', by: assayItself, at },
        by: assayItself,
        text: 'resolved: a later revision passed',
      };
    case 'reopen':
      return { next: { state: 'new' }, by: action.by, text: 'reopened' };
    default:
      return unreachable(action);
  }
}

const reasonTexts = {
  expected: 'expected, and may come again',
  expected_weekly: 'expected on this day of the week',
  expected_monthly: 'expected at this time of the month',
  expected_yearly: 'expected at this time of the year',
  expected_once: 'expected this once',
  new_normal: 'this is the new normal',
  real_error: 'a real error',
  false_alarm: 'a false alarm',
  other: 'for another reason',
} as const;
