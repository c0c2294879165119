import { sql } from 'kysely';
import { failure } from '../../../base/errors.ts';
import type { DatasetName, IncidentId } from '../../../base/ids.ts';
import type { Outcome } from '../../../base/outcome.ts';
import type { Incident } from '../../../core/incidents/incident.ts';
import type { IncidentChange, IncidentFilter } from '../../../ports/quality-store.ts';
import { isAmong } from '../among.ts';
import { decodeJson } from '../json.ts';
import { chunksOf, jsonRows, type RowValue } from '../json-rows.ts';
import { type Connection, refuse, transactOutcome, type Work } from '../transact.ts';
import { insertMessages } from './outbox-messages.ts';

/** One incident. */
export async function incidentById(db: Connection, id: IncidentId): Promise<Incident | undefined> {
  const row = await db.selectFrom('incident').select('body').where('id', '=', id).executeTakeFirst();
  return row && decodeJson<Incident>(row.body);
}

/** Incidents, newest first. */
export async function listIncidents(db: Connection, filter: IncidentFilter): Promise<readonly Incident[]> {
  let query = db.selectFrom('incident').select('body');
  if (filter.dataset !== undefined) query = query.where('dataset', '=', filter.dataset);
  if (filter.only !== undefined) query = query.where(isAmong('dataset', filter.only));
  if (filter.open !== undefined) query = query.where('state', filter.open ? '<>' : '=', 'resolved');
  if (filter.after !== undefined) {
    const { openedAt, id } = filter.after;
    query = query.where(sql<boolean>`(opened_at, id) < (${openedAt}::double precision, ${id})`);
  }
  const rows = await query.orderBy('opened_at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute();
  return rows.map((row) => decodeJson<Incident>(row.body));
}

/** How many incidents are not resolved. */
export async function countOpenIncidents(db: Connection): Promise<number> {
  const { rows } = await sql<{ open: number }>`
    select count(*)::integer as open from incident where state <> 'resolved'`.execute(db);
  return rows[0]?.open ?? 0;
}

/** How many incidents of each dataset are not resolved. */
export async function countOpenIncidentsByDataset(db: Connection): Promise<ReadonlyMap<DatasetName, number>> {
  const { rows } = await sql<{ dataset: string; open: number }>`
    select dataset, count(*)::integer as open from incident where state <> 'resolved' group by dataset`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.dataset as DatasetName, row.open]));
}

/** Changes one incident under its lock and tells of it: `INCIDENT_NOT_FOUND`, or what `change` refuses. */
export function changeIncident(
  db: Connection,
  id: IncidentId,
  { change, tell }: IncidentChange,
): Promise<Outcome<Incident>> {
  return transactOutcome(db, async (trx) => {
    const { rows } = await sql<{ body: string }>`
      select body from incident where id = ${id} for update`.execute(trx);
    const [row] = rows;
    if (row === undefined) {
      return refuse(
        failure('INCIDENT_NOT_FOUND', `there is no incident ${id}`, { hint: 'see `assay incidents`' }),
      );
    }
    const changed = change(decodeJson<Incident>(row.body));
    if (!changed.ok) return refuse(changed.error);
    await saveIncidents(trx, [changed.value]);
    await insertMessages(trx, tell(changed.value), changed.value.updatedAt);
    return changed.value;
  });
}

/** A dataset's unresolved incidents, oldest first, locked until the transaction ends. */
export async function unresolvedIncidents(trx: Work, dataset: DatasetName): Promise<readonly Incident[]> {
  const { rows } = await sql<{ body: string }>`
    select body from incident
    where dataset = ${dataset} and state <> 'resolved'
    order by opened_at, id for update`.execute(trx);
  return rows.map((row) => decodeJson<Incident>(row.body));
}

/** Writes incidents as they are now. */
export async function saveIncidents(trx: Work, incidents: readonly Incident[]): Promise<void> {
  for (const chunk of chunksOf(incidents, 200)) {
    await sql`
      insert into incident (id, dataset, opened_at, state, resolved_as, resolved_at, body)
      select id, dataset, opened_at, state, resolved_as, resolved_at, body
      from json_to_recordset(${jsonRows(chunk.map(incidentRow))}) as row (
        id text, dataset text, opened_at double precision, state text, resolved_as text,
        resolved_at double precision, body jsonb
      )
      on conflict (id) do update set
        opened_at = excluded.opened_at, state = excluded.state, resolved_as = excluded.resolved_as,
        resolved_at = excluded.resolved_at, body = excluded.body`.execute(trx);
  }
}

function incidentRow(incident: Incident): Record<string, RowValue> {
  const { state } = incident;
  const resolved = state.state === 'resolved' ? state : undefined;
  return {
    id: incident.id,
    dataset: incident.dataset,
    opened_at: incident.openedAt,
    state: state.state,
    resolved_as: resolved?.reason ?? null,
    resolved_at: resolved?.at ?? null,
    body: incident,
  };
}
