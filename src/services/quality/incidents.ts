import { type Failure, failure } from '../../base/errors.ts';
import type { IncidentId } from '../../base/ids.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Incident, ResolveReason } from '../../core/incidents/incident.ts';
import { incidentTitle } from '../../core/incidents/incident-title.ts';
import { type IncidentAction, transition } from '../../core/incidents/transition.ts';
import { incidentMessage } from '../../core/notifications/incident-message.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { IncidentFilter, QualityStore } from '../../ports/quality-store.ts';
import type { Kit } from '../kit.ts';
import { outboxMessages } from '../notification/outbox-messages.ts';

/** Reasons that a person can give; `restated` is Assay's own. */
export const personReasons = [
  'expected',
  'expected_weekly',
  'expected_monthly',
  'expected_yearly',
  'expected_once',
  'new_normal',
  'real_error',
  'false_alarm',
  'other',
] as const satisfies readonly ResolveReason[];

export type PersonReason = (typeof personReasons)[number];

/** An incident with its title, in one line. */
export type IncidentView = Incident & { readonly title: string };

/** Incidents as people deal with them. */
export class Incidents {
  readonly #kit: Kit;
  readonly #quality: QualityStore;
  readonly #datasets: Pick<DatasetStore, 'get'>;

  constructor(
    kit: Kit,
    { quality, datasets }: { readonly quality: QualityStore; readonly datasets: Pick<DatasetStore, 'get'> },
  ) {
    this.#kit = kit;
    this.#quality = quality;
    this.#datasets = datasets;
  }

  /** Incidents, newest first. */
  async list(filter: IncidentFilter): Promise<readonly IncidentView[]> {
    const incidents = await this.#quality.incidents(filter);
    return incidents.map(incidentView);
  }

  /** One incident: `INCIDENT_NOT_FOUND`. */
  async get(id: IncidentId): Promise<Outcome<IncidentView>> {
    const incident = await this.#quality.incident(id);
    return incident === undefined ? fail(unknownIncident(id)) : succeed(incidentView(incident));
  }

  /** Somebody has seen it and cares. Errors of all four: `INCIDENT_NOT_FOUND`, `ACTION_NOT_ALLOWED`. */
  acknowledge(id: IncidentId, by: string): Promise<Outcome<IncidentView>> {
    return this.#change(id, { kind: 'acknowledge', by });
  }

  /** Somebody is to deal with it. */
  assign(id: IncidentId, wish: { by: string; to: string }): Promise<Outcome<IncidentView>> {
    return this.#change(id, { kind: 'assign', ...wish });
  }

  /** It is dealt with; the reason teaches the thresholds. */
  resolve(id: IncidentId, wish: { by: string; reason: PersonReason }): Promise<Outcome<IncidentView>> {
    return this.#change(id, { kind: 'resolve', ...wish });
  }

  /** Takes a resolution back. */
  reopen(id: IncidentId, by: string): Promise<Outcome<IncidentView>> {
    return this.#change(id, { kind: 'reopen', by });
  }

  async #change(id: IncidentId, action: IncidentAction): Promise<Outcome<IncidentView>> {
    const at = this.#kit.clock.now();
    const known = await this.#quality.incident(id);
    const registered = known && (await this.#datasets.get(known.dataset));
    const changed = await this.#quality.changeIncident(
      id,
      (incident) => transition(incident, action, at),
      (incident) => {
        if (registered === undefined) return [];
        const message = incidentMessage(incident, action.kind, at);
        const key = `incident/${id}/${at}/${action.kind}`;
        return outboxMessages(key, { audience: registered.definition, message, told: [], at });
      },
    );
    if (!changed.ok) return changed;
    this.#kit.log.info('changed an incident', { incident: id, action: action.kind });
    return succeed(incidentView(changed.value));
  }
}

/** What is said of an incident that there is not, or not for whoever asks. */
export function unknownIncident(id: IncidentId): Failure {
  return failure('INCIDENT_NOT_FOUND', `there is no incident ${id}`, { hint: 'see `assay incidents`' });
}

function incidentView(incident: Incident): IncidentView {
  return { ...incident, title: incidentTitle(incident) };
}
