import { type DatasetFacts, type Identity, type Standing, standingOf } from './identity.ts';

/** Where a request says which dataset it is about: its name, or something that belongs to one. */
export type DatasetPlace = 'params' | 'body' | 'result' | 'incident' | 'job' | 'backfill';

/**
 * What a route asks of whoever uses it.
 * - `nobody`: it answers anybody, also without sign-in.
 * - `sign_in`: anybody who is signed in. A list leaves out what does not exist for them.
 * - `register`: who may name sources.
 * - `admin`: administrators.
 * - `follow`: who may see the dataset. `own`: who may change it.
 */
export type AccessPolicy =
  | { readonly need: 'nobody'; readonly action?: string }
  | { readonly need: 'sign_in' | 'register' | 'admin'; readonly action?: string }
  | { readonly need: 'follow' | 'own'; readonly dataset: DatasetPlace; readonly action?: string };

/** `hidden`: it must look as if the dataset did not exist. */
export type Decision =
  | { readonly kind: 'allowed'; readonly standing?: Standing }
  | { readonly kind: 'sign_in' }
  | { readonly kind: 'denied'; readonly why: DenialReason }
  | { readonly kind: 'hidden' };

export type DenialReason = 'scope' | 'datasets_only' | 'admins_only' | 'registrars_only' | 'owners_only';

/** Whether a request that is about no single dataset may pass; of others, whether it may at all. */
export function decideRequest(
  identity: Identity | undefined,
  policy: AccessPolicy,
  { isWrite }: { readonly isWrite: boolean },
): Decision {
  if (policy.need === 'nobody') return { kind: 'allowed' };
  if (identity === undefined) return { kind: 'sign_in' };
  const { need } = policy;
  if (isWrite && identity.scope === 'read') return { kind: 'denied', why: 'scope' };
  if (need === 'admin') {
    if (!identity.isAdmin) return { kind: 'denied', why: 'admins_only' };
    if (identity.datasets !== undefined) return { kind: 'denied', why: 'datasets_only' };
    return identity.scope === 'admin' ? { kind: 'allowed' } : { kind: 'denied', why: 'scope' };
  }
  if (need === 'register' && !mayRegister(identity)) return { kind: 'denied', why: 'registrars_only' };
  return { kind: 'allowed' };
}

/** Whether a request about one dataset may pass. `facts` are undefined where there is no such dataset. */
export function decideOnDataset(
  identity: Identity,
  policy: AccessPolicy & { readonly need: 'follow' | 'own' },
  { facts, isWrite }: { readonly facts: DatasetFacts | undefined; readonly isWrite: boolean },
): Decision {
  const standing = facts && standingOf(identity, facts);
  // Before everything else: what is forbidden to them exists, what is hidden does not.
  if (standing === undefined) return { kind: 'hidden' };
  if (isWrite && identity.scope === 'read') return { kind: 'denied', why: 'scope' };
  if (policy.need === 'own' && standing === 'follower') return { kind: 'denied', why: 'owners_only' };
  return { kind: 'allowed', standing };
}

/** Whether somebody may name sources. A key that is limited to some datasets can not add others. */
export function mayRegister(identity: Identity): boolean {
  return (identity.isAdmin || identity.mayRegister) && identity.datasets === undefined;
}
