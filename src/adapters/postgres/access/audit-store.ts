import { instant } from '../../../base/units.ts';
import type { AuditEntry, AuditFilter, AuditStore, NotedEntry } from '../../../ports/access-store.ts';
import { decodeText, encodeText } from '../safe-text.ts';
import type { Connection } from '../transact.ts';

/** Who did what, in PostgreSQL. */
export class PostgresAuditStore implements AuditStore {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async note(entry: AuditEntry): Promise<void> {
    await this.#db
      .insertInto('audit_entry')
      .values({
        at: entry.at,
        who: encodeText(entry.who),
        action: entry.action,
        dataset: entry.dataset === undefined ? null : encodeText(entry.dataset),
        subject: entry.subject === undefined ? null : encodeText(entry.subject),
        address: entry.address ?? null,
        request_id: entry.requestId ?? null,
      })
      .execute();
  }

  async list(filter: AuditFilter): Promise<readonly NotedEntry[]> {
    const { who, action, dataset, from, to, before } = filter;
    let query = this.#db.selectFrom('audit_entry').selectAll();
    if (who !== undefined) query = query.where('who', '=', encodeText(who));
    if (action !== undefined) query = query.where('action', '=', encodeText(action));
    if (dataset !== undefined) query = query.where('dataset', '=', encodeText(dataset));
    if (from !== undefined) query = query.where('at', '>=', from);
    if (to !== undefined) query = query.where('at', '<', to);
    if (before !== undefined) query = query.where('sequence', '<', before);
    const rows = await query.orderBy('sequence', 'desc').limit(filter.limit).execute();
    return rows.map((row) => ({
      sequence: row.sequence,
      at: instant(row.at),
      who: decodeText(row.who),
      action: row.action,
      ...(row.dataset === null ? {} : { dataset: decodeText(row.dataset) }),
      ...(row.subject === null ? {} : { subject: decodeText(row.subject) }),
      ...(row.address === null ? {} : { address: row.address }),
      ...(row.request_id === null ? {} : { requestId: row.request_id }),
    }));
  }
}
