import { assert } from '../../../base/assert.ts';
import type { Server } from './link.ts';

/**
 * A session as its client sees it.
 *
 * - `connecting`: there was no session yet. Operations wait.
 * - `connected`: the session has begun.
 * - `suspended`: the connection is lost; the session may live or not. Whoever leads or holds a lock must stop acting now.
 * - `reconnected`: the same session goes on, with its ephemeral nodes and watches. What persistent watches should have
 *   told meanwhile is lost: look again. One-shot watches fire by themselves.
 * - `presumed_expired`: for 4/3 of the session time-out nothing was heard. The ensemble has probably ended the session, but
 *   does not have to: an ensemble without a quorum ends none, and it may go on as `reconnected`. It is then asked for
 *   without its past, so that an ensemble that has lost its data can say that it has ended: what is read before a `sync`
 *   may be older than what was read before.
 * - `expired` (final): the ensemble has ended the session; its ephemeral nodes and watches are gone. Make a new client.
 * - `closed` (final): asked for (`in_vain`: no server has heard of it, and the session ends by its time-out), or the
 *   credentials were refused.
 */
export type SessionState =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly server: Server; readonly sessionId: bigint }
  | { readonly state: 'suspended'; readonly why: string }
  | { readonly state: 'reconnected'; readonly server: Server; readonly sessionId: bigint }
  | { readonly state: 'presumed_expired' }
  | { readonly state: 'expired' }
  | { readonly state: 'closed'; readonly why: 'asked' | 'asked_in_vain' | 'credentials_refused' };

const edges: Readonly<Record<SessionState['state'], readonly SessionState['state'][]>> = {
  connecting: ['connected', 'closed'],
  connected: ['suspended', 'expired', 'closed'],
  suspended: ['reconnected', 'presumed_expired', 'expired', 'closed'],
  reconnected: ['suspended', 'expired', 'closed'],
  presumed_expired: ['reconnected', 'expired', 'closed'],
  expired: [],
  closed: [],
};

/** The next state, if an edge leads there. */
export function transition(from: SessionState, to: SessionState): SessionState {
  assert(edges[from.state].includes(to.state), `a session does not go from ${from.state} to ${to.state}`);
  return to;
}

/** Whether the session is at its end. */
export function isFinal({ state }: SessionState): boolean {
  return state === 'expired' || state === 'closed';
}

/** Whether operations are sent now. */
export function isLive({ state }: SessionState): boolean {
  return state === 'connected' || state === 'reconnected';
}
