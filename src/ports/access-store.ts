import type { DatasetName } from '../base/ids.ts';
import type { Instant } from '../base/units.ts';
import type { DatasetFacts, KeyScope, Role } from '../core/access/identity.ts';

/** People, what they proved themselves by, and what they did. Secrets are kept as digests alone. A method is one transaction. */
export interface AccessStore {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly links: LinkStore;
  readonly keys: KeyStore;
  readonly members: MemberStore;
  readonly throttle: ThrottleStore;
  readonly audit: AuditStore;
  /** Forgets what has ended before `before`, and entries of the audit that are older than `auditBefore`. */
  tidy(ages: { readonly before: Instant; readonly auditBefore: Instant }): Promise<void>;
}

export type User = {
  readonly id: string;
  /** In lower case. */
  readonly email: string;
  readonly name: string;
  /** Undefined until the invitation was accepted. */
  readonly password?: string;
  readonly isAdmin: boolean;
  readonly mayRegister: boolean;
  readonly isDisabled: boolean;
  readonly createdAt: Instant;
};

export type UserChange = Partial<Pick<User, 'name' | 'isAdmin' | 'mayRegister' | 'isDisabled'>>;

export interface UserStore {
  /** False when the address is another user's. */
  add(user: User): Promise<boolean>;
  get(id: string): Promise<User | undefined>;
  find(email: string): Promise<User | undefined>;
  /** By address. */
  list(request: { readonly after?: string; readonly limit: number }): Promise<readonly User[]>;
  /**
   * Changes a user. `last_admin`: there would be no administrator left who can sign in. Somebody who is disabled loses
   * their sessions with it.
   */
  change(id: string, change: UserChange): Promise<User | 'unknown' | 'last_admin'>;
  /** Sets a password and ends all sessions of the user; false when there is no such user. */
  setPassword(id: string, password: string): Promise<boolean>;
  /** Replaces one form of a password by another one of the same password. */
  rehash(id: string, passwords: { readonly old: string; readonly fresh: string }): Promise<void>;
  /** Removes a user with sessions, keys, invitations and roles. */
  remove(id: string): Promise<'removed' | 'unknown' | 'last_admin'>;
  /** Whether there is an administrator who can sign in. */
  hasAdmin(): Promise<boolean>;
}

export type Session = {
  readonly digest: string;
  readonly user: User;
  readonly createdAt: Instant;
  /** The last use that was noted. */
  readonly seenAt: Instant;
};

export interface SessionStore {
  add(session: { readonly digest: string; readonly user: string; readonly at: Instant }): Promise<void>;
  find(digest: string): Promise<Session | undefined>;
  touch(digest: string, at: Instant): Promise<void>;
  end(digest: string): Promise<void>;
}

/** What a link that is given to somebody is good for, once. */
export type LinkPurpose =
  /** Makes an administrator. */
  | { readonly kind: 'setup' }
  /** Sets the password of a user. */
  | { readonly kind: 'invitation'; readonly user: string };

export interface LinkStore {
  /** Keeps a link in the place of those for the same purpose; with `unlessAny`, unless there is one: then false. */
  put(
    link: { readonly digest: string; readonly purpose: LinkPurpose; readonly at: Instant },
    unlessAny?: boolean,
  ): Promise<boolean>;
  /** What a link is good for; undefined when it is unknown or was used. */
  find(digest: string): Promise<{ readonly purpose: LinkPurpose; readonly createdAt: Instant } | undefined>;
  /** Uses a link up: false when somebody else was first. */
  take(digest: string): Promise<boolean>;
}

export type ApiKey = {
  readonly id: string;
  /** Of its user. */
  readonly user: User;
  readonly name: string;
  /** The beginning of the secret, by which people tell keys apart. */
  readonly prefix: string;
  readonly scope: KeyScope;
  readonly datasets?: readonly DatasetName[];
  readonly createdAt: Instant;
  readonly expiresAt?: Instant;
  readonly usedAt?: Instant;
};

export interface KeyStore {
  /** False when the user has as many as `max` already. */
  add(
    key: Omit<ApiKey, 'user'> & { readonly user: string; readonly digest: string },
    max: number,
  ): Promise<boolean>;
  find(digest: string): Promise<ApiKey | undefined>;
  /** Of one user or of all, newest first. */
  list(request: { readonly user?: string; readonly limit: number }): Promise<readonly ApiKey[]>;
  touch(id: string, at: Instant): Promise<void>;
  /** Ends a key, of one user if that is given; false when there is none. */
  revoke(key: { readonly id: string; readonly user?: string }): Promise<boolean>;
}

export type Member = {
  readonly email: string;
  readonly role: Role;
  readonly addedBy: string;
  readonly addedAt: Instant;
};

export interface MemberStore {
  /** What decides about one dataset; undefined when there is none. */
  facts(dataset: DatasetName): Promise<DatasetFacts | undefined>;
  /** The same of all datasets. */
  allFacts(): Promise<readonly DatasetFacts[]>;
  list(dataset: DatasetName): Promise<readonly Member[]>;
  /** False when the dataset has as many as `max` already, or is gone. */
  put(dataset: DatasetName, member: Member, max: number): Promise<boolean>;
  remove(dataset: DatasetName, email: string): Promise<boolean>;
  /** The dataset that something belongs to. */
  datasetOf(what: 'result' | 'incident' | 'job', id: string): Promise<DatasetName | undefined>;
}

export interface ThrottleStore {
  /**
   * Begins a try: counted as failed until it is taken back, so that many at once are counted as well. Refused with the
   * time when the next is looked at, by `delayMs` of the failed tries before.
   */
  begin(
    subject: string,
    at: Instant,
    delayMs: (failures: number) => number,
  ): Promise<{ readonly kind: 'begun' } | { readonly kind: 'wait'; readonly until: Instant }>;
  /** The try was none of guessing: forgets it, or all tries. */
  takeBack(subject: string, what: 'one' | 'all'): Promise<void>;
}

export type AuditEntry = {
  readonly at: Instant;
  readonly who: string;
  /** What was done, such as `incident.resolve`. */
  readonly action: string;
  readonly dataset?: string;
  /** What it was done to, such as the id of an incident. */
  readonly subject?: string;
  /** The address that it came from. */
  readonly address?: string;
  readonly requestId?: string;
};

export type NotedEntry = AuditEntry & { readonly sequence: number };

export type AuditFilter = {
  readonly who?: string;
  readonly action?: string;
  readonly dataset?: string;
  readonly from?: Instant;
  readonly to?: Instant;
  /** Only those before the one with this sequence. */
  readonly before?: number;
  readonly limit: number;
};

export interface AuditStore {
  note(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter): Promise<readonly NotedEntry[]>;
}
