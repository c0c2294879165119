import { limits } from '../../base/limits.ts';
import type { Instant } from '../../base/units.ts';
import type { Identity } from '../../core/access/identity.ts';
import type { AccessStore, ApiKey, Session, User } from '../../ports/access-store.ts';
import type { Credentials } from '../../ports/credentials.ts';
import type { Kit } from '../kit.ts';
import { ShortMemory } from './short-memory.ts';

/** Somebody who proved who it is. */
export type Caller = {
  readonly identity: Identity;
  /** Absent: the operator, who is no user. */
  readonly user?: User;
  /** Of a session: what it is kept as. */
  readonly session?: { readonly digest: string; readonly endsAt: Instant };
};

export type AuthenticatorParts = {
  readonly store: AccessStore;
  readonly credentials: Credentials;
  /** What the operator's key is kept as, where there is one. */
  readonly operatorDigest: string | undefined;
};

/** The beginning of every key of a program. */
export const apiKeyMark = 'assay_';

/** Tells who asks, by the token of a session or by a key. What is over counts for nobody. */
export class Authenticator {
  readonly #kit: Kit;
  readonly #parts: AuthenticatorParts;
  readonly #sessions: ShortMemory<Session | undefined>;
  readonly #keys: ShortMemory<ApiKey | undefined>;

  constructor(kit: Kit, parts: AuthenticatorParts) {
    this.#kit = kit;
    this.#parts = parts;
    this.#sessions = new ShortMemory(kit.clock);
    this.#keys = new ShortMemory(kit.clock);
  }

  /** Who has the session of this token. */
  async bySession(token: string): Promise<Caller | undefined> {
    const { store, credentials } = this.#parts;
    const digest = credentials.digest(token);
    const session = await this.#sessions.recall(digest, () => store.sessions.find(digest));
    if (session === undefined || session.user.isDisabled) return undefined;
    const now = this.#kit.clock.now();
    const endsAt = endOf(session);
    if (now >= endsAt) return undefined;
    if (now - session.seenAt >= limits.useNotedMs) {
      // Remembered at once, so that others who ask meanwhile do not note it too.
      this.#sessions.replace(digest, { ...session, seenAt: now });
      await store.sessions.touch(digest, now);
    }
    const { user } = session;
    const identity = { ...identityOf(user, 'session'), scope: 'admin' as const };
    return { identity, user, session: { digest, endsAt } };
  }

  /** Who has this key. */
  async byKey(secret: string): Promise<Caller | undefined> {
    const { store, credentials, operatorDigest } = this.#parts;
    const digest = credentials.digest(secret);
    if (operatorDigest !== undefined && credentials.areSame(digest, operatorDigest)) return operator;
    const key = await this.#keys.recall(digest, () => store.keys.find(digest));
    if (key === undefined || key.user.isDisabled) return undefined;
    const now = this.#kit.clock.now();
    if (key.expiresAt !== undefined && now >= key.expiresAt) return undefined;
    if (key.usedAt === undefined || now - key.usedAt >= limits.useNotedMs) {
      this.#keys.replace(digest, { ...key, usedAt: now });
      await store.keys.touch(key.id, now);
    }
    const datasets = key.datasets === undefined ? {} : { datasets: key.datasets };
    const identity = { ...identityOf(key.user, 'key'), scope: key.scope, ...datasets };
    return { identity, user: key.user };
  }

  /** Something has changed: everybody is looked up anew. */
  forget(): void {
    this.#sessions.clear();
    this.#keys.clear();
  }
}

const operator: Caller = {
  identity: { who: 'operator', by: 'operator', isAdmin: true, mayRegister: true, scope: 'admin' },
};

function identityOf(user: User, by: 'session' | 'key'): Omit<Identity, 'scope'> {
  const { email, isAdmin, mayRegister } = user;
  return { who: email, by, email, isAdmin, mayRegister };
}

function endOf({ createdAt, seenAt }: Session): Instant {
  return Math.min(createdAt + limits.sessionAgeMs, seenAt + limits.sessionIdleMs) as Instant;
}
