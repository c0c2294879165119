import { type Failure, FailureError, failure } from '../../base/errors.ts';
import type { DatasetName } from '../../base/ids.ts';
import type { Standing } from '../../core/access/identity.ts';
import { denialOfApply } from '../../core/access/may-apply.ts';
import { type Sight, shownIncident, shownWork, sightOf } from '../../core/access/sight.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { incidentTitle } from '../../core/incidents/incident-title.ts';
import type { Access } from '../../services/access/access.ts';
import type { Caller } from '../../services/access/authenticator.ts';
import type { IncidentView } from '../../services/quality/incidents.ts';
import { denialHints, denials } from './denials.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, and what exists for them. */
    rights: Rights;
  }
}

/** What is done is noted under this name where everybody may do everything. */
const anybody = 'somebody';

/** Who asks, and what exists for them. Without access control everybody is the owner of everything. */
export class Rights {
  /** Undefined while access control is off. */
  readonly #access: Access | undefined;
  /** Undefined: nobody, or access control is off. */
  readonly caller: Caller | undefined;
  /** What they are to the dataset that the request is about, on routes that ask for it. */
  standing: Standing = 'owner';
  /** What the audit is to know beside what stands in the address. */
  noted: { readonly who?: string; readonly dataset?: string; readonly subject?: string } = {};

  constructor(access: Access | undefined, caller: Caller | undefined) {
    this.#access = access;
    this.caller = caller;
  }

  /** Whether access control is off. */
  get isOpen(): boolean {
    return this.#access === undefined;
  }

  /** Who does it, for people. Where nobody has to say who they are, and of the operator, who is no person, what they say. */
  who(said: string | undefined): string {
    const identity = this.caller?.identity;
    if (identity === undefined) return said ?? anybody;
    return identity.by === 'operator' ? (said ?? identity.who) : identity.who;
  }

  /** What they are to a dataset; undefined when it does not exist for them. */
  async standingOn(dataset: DatasetName): Promise<Standing | undefined> {
    if (this.#access === undefined) return 'owner';
    const identity = this.caller?.identity;
    return identity && this.#access.roles.standing(identity, dataset);
  }

  /** What they are to each dataset that exists for them; undefined while access control is off. */
  async standings(): Promise<ReadonlyMap<DatasetName, Standing> | undefined> {
    if (this.#access === undefined) return undefined;
    const identity = this.caller?.identity;
    return identity === undefined ? new Map() : this.#access.roles.standings(identity);
  }

  /** The datasets that lists are limited to; undefined when all exist for them. */
  async only(): Promise<{ readonly only?: readonly DatasetName[] }> {
    if (this.seesAll()) return {};
    const standings = await this.standings();
    return standings === undefined ? {} : { only: [...standings.keys()] };
  }

  /** Refuses what holds values of masked columns in ways that can not be told apart: `ACCESS_DENIED`. */
  requireWhole(definition: DatasetDefinition): void {
    if (sightOf(this.standing, definition).masked.size === 0) return;
    const message = 'columns of this dataset are masked: only its owners may see that';
    throw new FailureError(failure('ACCESS_DENIED', message, { hint: denialHints.owners_only }));
  }

  /** A view of work of the dataset that the request is about, without what is not for them. */
  shownWork<T>(view: T): T {
    return shownWork(view, sightOf(this.standing, {}));
  }

  /** The same of lists of several datasets. */
  async shownWorks<T extends { readonly dataset: DatasetName }>(views: readonly T[]): Promise<readonly T[]> {
    const standings = await this.standings();
    if (standings === undefined) return views;
    return views.map((view) => shownWork(view, sightOf(standings.get(view.dataset) ?? 'follower', {})));
  }

  /** An incident of the dataset that the request is about, without what is not for them. */
  shownIncident(incident: IncidentView): IncidentView {
    return titled(incident, sightOf(this.standing, {}));
  }

  /** The same of incidents of several datasets. */
  async shownIncidents(incidents: readonly IncidentView[]): Promise<readonly IncidentView[]> {
    const standings = await this.standings();
    if (standings === undefined) return incidents;
    return incidents.map((one) => titled(one, sightOf(standings.get(one.dataset) ?? 'follower', {})));
  }

  /** Why a definition may not be put in force by them. */
  async refusalOfApply(
    before: DatasetDefinition | undefined,
    after: DatasetDefinition,
  ): Promise<Failure | undefined> {
    const identity = this.caller?.identity;
    if (this.#access === undefined || identity === undefined) return undefined;
    // Not from memory: a dataset may have been registered, or given away, a moment ago.
    this.#access.roles.forget();
    const facts = await this.#access.roles.facts(after.dataset);
    const why = denialOfApply(identity, { facts, before, after });
    return why && failure('ACCESS_DENIED', denials[why], { hint: denialHints[why] });
  }

  /** What was known of roles on datasets is not true any more. */
  forgetRoles(): void {
    this.#access?.roles.forget();
  }

  /** A definition was put in force: what it says of roles counts at once, and whoever has registered it is an owner. */
  async ownApplied(dataset: DatasetName, isNew: boolean): Promise<void> {
    const email = this.caller?.identity.email;
    this.forgetRoles();
    if (isNew && email !== undefined && (await this.standingOn(dataset)) !== 'owner') {
      await this.#access?.members.put(dataset, { email, role: 'owner', by: email });
    }
  }

  /** Whether every dataset exists for them. */
  seesAll(): boolean {
    if (this.#access === undefined) return true;
    const identity = this.caller?.identity;
    return identity?.isAdmin === true && identity.datasets === undefined;
  }
}

/** The title quotes the lines. */
function titled(incident: IncidentView, sight: Sight): IncidentView {
  const shown = shownIncident(incident, sight);
  return shown === incident ? incident : { ...shown, title: incidentTitle(shown) };
}
