import { failure } from '../../base/errors.ts';
import type { DatasetName, IncidentId } from '../../base/ids.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Incident, ResolveReason } from '../../core/incidents/incident.ts';
import { type IncidentAction, transition } from '../../core/incidents/transition.ts';
import type { QualityStore } from '../../ports/quality-store.ts';
import type { Kit } from '../kit.ts';

/** Reasons that a person can give; `restated` is Assay's own. */
export const personReasons = [
  'expected',
  'expected_once',
  'new_normal',
  'real_error',
  'false_alarm',
  'other',
] as const satisfies readonly ResolveReason[];

export type PersonReason = (typeof personReasons)[number];

/** Incidents as people deal with them. */
export class Incidents {
  readonly #kit: Kit;
  readonly #quality: QualityStore;

  constructor(kit: Kit, quality: QualityStore) {
    this.#kit = kit;
    this.#quality = quality;
  }

  /** Incidents, newest first. */
  list(filter: { dataset?: DatasetName; open?: boolean; limit: number }): Promise<readonly Incident[]> {
    return this.#quality.incidents(filter);
  }

  /** One incident: `INCIDENT_NOT_FOUND`. */
  async get(id: IncidentId): Promise<Outcome<Incident>> {
    const incident = await this.#quality.incident(id);
    if (incident !== undefined) return succeed(incident);
    return fail(
      failure('INCIDENT_NOT_FOUND', `there is no incident ${id}`, { hint: 'see `assay incidents`' }),
    );
  }

  /** Somebody has seen it and cares. Errors of all four: `INCIDENT_NOT_FOUND`, `ACTION_NOT_ALLOWED`. */
  acknowledge(id: IncidentId, by: string): Promise<Outcome<Incident>> {
    return this.#change(id, { kind: 'acknowledge', by });
  }

  /** Somebody is to deal with it. */
  assign(id: IncidentId, wish: { by: string; to: string }): Promise<Outcome<Incident>> {
    return this.#change(id, { kind: 'assign', ...wish });
  }

  /** It is dealt with; the reason teaches the thresholds. */
  resolve(id: IncidentId, wish: { by: string; reason: PersonReason }): Promise<Outcome<Incident>> {
    return this.#change(id, { kind: 'resolve', ...wish });
  }

  /** Takes a resolution back. */
  reopen(id: IncidentId, by: string): Promise<Outcome<Incident>> {
    return this.#change(id, { kind: 'reopen', by });
  }

  async #change(id: IncidentId, action: IncidentAction): Promise<Outcome<Incident>> {
    const at = this.#kit.clock.now();
    const changed = await this.#quality.changeIncident(id, (incident) => transition(incident, action, at));
    if (changed.ok) this.#kit.log.info('changed an incident', { incident: id, action: action.kind });
    return changed;
  }
}
