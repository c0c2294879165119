import type { DatasetName } from '../../base/ids.ts';

/** What somebody is to a dataset. */
export type Role = 'owner' | 'follower';

/** The most that a key may be used for, within what its user may do. */
export type KeyScope = 'read' | 'write' | 'admin';

/** Who asks, and what limits it whatever it is asked. */
export type Identity = {
  /** For the audit and for what stands at an incident: an e-mail address, or `operator`. */
  readonly who: string;
  /** How it proved itself. */
  readonly by: 'session' | 'key' | 'operator';
  /** In lower case: roles are given to it. */
  readonly email?: string;
  readonly isAdmin: boolean;
  /** Whether it may name sources: paths and secrets that the service can read. */
  readonly mayRegister: boolean;
  readonly scope: KeyScope;
  /** No other dataset exists for it. */
  readonly datasets?: readonly DatasetName[];
};

/** What decides who may do what with a dataset. */
export type DatasetFacts = {
  readonly dataset: DatasetName;
  readonly isPrivate: boolean;
  /** As the definition says. */
  readonly owner: string;
  readonly followers: readonly string[];
  /** Roles that were given beside the definition, by e-mail address in lower case. */
  readonly members: Readonly<Record<string, Role>>;
};

/** What somebody is to a dataset: `admin` may do everything without being an owner. Undefined: it does not exist for them. */
export type Standing = Role | 'admin';

/** The strongest standing of somebody; an admin who is an owner as well is an owner. */
export function standingOf(identity: Identity, facts: DatasetFacts): Standing | undefined {
  if (identity.datasets !== undefined && !identity.datasets.includes(facts.dataset)) return undefined;
  const role = roleOf(identity.email, facts);
  if (role === 'owner') return 'owner';
  if (identity.isAdmin) return 'admin';
  return role ?? (facts.isPrivate ? undefined : 'follower');
}

function roleOf(email: string | undefined, facts: DatasetFacts): Role | undefined {
  if (email === undefined) return undefined;
  const given = Object.hasOwn(facts.members, email) ? facts.members[email] : undefined;
  if (given === 'owner' || canonicalEmail(facts.owner) === email) return 'owner';
  if (given === 'follower' || facts.followers.some((one) => canonicalEmail(one) === email)) return 'follower';
  return undefined;
}

/** How addresses are compared. Providers that tell capitals apart before the @ are not known. */
export function canonicalEmail(text: string): string {
  return text.trim().toLowerCase();
}
