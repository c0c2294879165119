import type { Coordination, SessionState } from '../../ports/coordination.ts';
import type { Telemetry } from '../../ports/telemetry.ts';

const states = ['connected', 'suspended', 'expired', 'closed'] as const satisfies readonly SessionState[];

/** Whose session it is. */
export type SessionMember = 'manager' | 'node' | 'api';

/** Shows the state of a session with every look at the metrics; until the returned function is called. */
export function showSession(telemetry: Telemetry, session: Coordination, member: SessionMember): () => void {
  const { cluster } = session;
  const show = (now: SessionState): void => {
    for (const state of states) {
      telemetry.gauge('assay_session_state', state === now ? 1 : 0, { cluster, member, state });
    }
  };
  const read = (): void => {
    show(session.state());
    const ageSeconds = session.lastReplyAgeMs() / 1_000;
    telemetry.gauge('assay_session_reply_age_seconds', ageSeconds, { cluster, member });
  };
  const stop = telemetry.beforeRender(read);
  return () => {
    stop();
    show('closed');
  };
}
