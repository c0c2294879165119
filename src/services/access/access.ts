import { limits } from '../../base/limits.ts';
import { instant } from '../../base/units.ts';
import type { AccessStore, AuditEntry, AuditFilter, NotedEntry } from '../../ports/access-store.ts';
import type { Credentials } from '../../ports/credentials.ts';
import type { Kit } from '../kit.ts';
import { ApiKeys } from './api-keys.ts';
import { Authenticator } from './authenticator.ts';
import { DatasetRoles } from './dataset-roles.ts';
import { Members } from './members.ts';
import { SignIn } from './sign-in.ts';
import { Users } from './users.ts';

export type AccessParts = {
  readonly store: AccessStore;
  readonly credentials: Credentials;
  /** What the operator's key is kept as, where there is one. */
  readonly operatorDigest: string | undefined;
};

/** Who may use an installation, and what each may do with which dataset. */
export class Access {
  readonly authenticator: Authenticator;
  readonly roles: DatasetRoles;
  readonly signIn: SignIn;
  readonly users: Users;
  readonly keys: ApiKeys;
  readonly members: Members;
  readonly credentials: Credentials;
  readonly #kit: Kit;
  readonly #store: AccessStore;

  constructor(kit: Kit, parts: AccessParts) {
    const { store, credentials } = parts;
    this.#kit = kit;
    this.#store = store;
    this.credentials = credentials;
    this.authenticator = new Authenticator(kit, parts);
    this.roles = new DatasetRoles(kit.clock, store.members);
    const shared = { store, credentials, onChange: () => this.forget() };
    this.signIn = new SignIn(kit, shared);
    this.users = new Users(kit, shared);
    this.keys = new ApiKeys(kit, shared);
    this.members = new Members(kit, shared);
  }

  /** Something has changed who may do what: nothing that is remembered counts any more. */
  forget(): void {
    this.authenticator.forget();
    this.roles.forget();
  }

  /** Whether nobody can administer yet. */
  async isSetUpNeeded(): Promise<boolean> {
    return !(await this.#store.users.hasAdmin());
  }

  /** Notes who did what. */
  async note(entry: Omit<AuditEntry, 'at'>): Promise<void> {
    await this.#store.audit.note({ ...entry, at: this.#kit.clock.now() });
  }

  /** Who did what, newest first. */
  audit(filter: AuditFilter): Promise<readonly NotedEntry[]> {
    return this.#store.audit.list(filter);
  }
}

/** Forgets what has ended long ago; to be called now and then. */
export async function tidyAccess({ clock }: Pick<Kit, 'clock'>, store: AccessStore): Promise<void> {
  const now = clock.now();
  // Sessions that nobody used and tries that nobody repeated for that long count for nothing any more.
  const longest = Math.max(limits.sessionIdleMs, limits.signInMemoryMs);
  await store.tidy({ before: instant(now - longest), auditBefore: instant(now - limits.auditAgeMs) });
}
