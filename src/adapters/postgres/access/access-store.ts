import type { Instant } from '../../../base/units.ts';
import type { AccessStore } from '../../../ports/access-store.ts';
import { type Connection, transact } from '../transact.ts';
import { PostgresAuditStore } from './audit-store.ts';
import { PostgresKeyStore } from './key-store.ts';
import { PostgresLinkStore } from './link-store.ts';
import { PostgresMemberStore } from './member-store.ts';
import { PostgresSessionStore } from './session-store.ts';
import { PostgresThrottleStore } from './throttle-store.ts';
import { PostgresUserStore } from './user-store.ts';

/** People, keys, roles and the audit in PostgreSQL. */
export class PostgresAccessStore implements AccessStore {
  readonly users: PostgresUserStore;
  readonly sessions: PostgresSessionStore;
  readonly links: PostgresLinkStore;
  readonly keys: PostgresKeyStore;
  readonly members: PostgresMemberStore;
  readonly throttle: PostgresThrottleStore;
  readonly audit: PostgresAuditStore;
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
    this.users = new PostgresUserStore(db);
    this.sessions = new PostgresSessionStore(db);
    this.links = new PostgresLinkStore(db);
    this.keys = new PostgresKeyStore(db);
    this.members = new PostgresMemberStore(db);
    this.throttle = new PostgresThrottleStore(db);
    this.audit = new PostgresAuditStore(db);
  }

  tidy({ before, auditBefore }: { readonly before: Instant; readonly auditBefore: Instant }): Promise<void> {
    return transact(this.#db, async (trx) => {
      await trx.deleteFrom('sign_in_session').where('seen_at', '<', before).execute();
      await trx.deleteFrom('sign_in_try').where('last_at', '<', before).execute();
      await trx.deleteFrom('audit_entry').where('at', '<', auditBefore).execute();
    });
  }
}
