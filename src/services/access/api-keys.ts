import { failure } from '../../base/errors.ts';
import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { day, type Instant, instant } from '../../base/units.ts';
import type { KeyScope } from '../../core/access/identity.ts';
import type { AccessStore, ApiKey, User } from '../../ports/access-store.ts';
import type { Credentials } from '../../ports/credentials.ts';
import type { Kit } from '../kit.ts';
import { apiKeyMark } from './authenticator.ts';

/** A key for people, without its secret. Times are milliseconds since 1970. */
export type ApiKeyView = {
  readonly id: string;
  readonly name: string;
  /** The beginning of the secret. */
  readonly prefix: string;
  /** The address of its user. */
  readonly user: string;
  readonly scope: KeyScope;
  readonly datasets?: readonly DatasetName[];
  readonly createdAt: Instant;
  readonly expiresAt?: Instant;
  readonly usedAt?: Instant;
};

export type ApiKeyWish = {
  readonly name: string;
  readonly scope: KeyScope;
  readonly datasets?: readonly DatasetName[];
  readonly expiresInDays?: number;
};

/** How many characters of a secret are shown. */
const prefixLength = apiKeyMark.length + 6;

type Parts = {
  readonly store: AccessStore;
  readonly credentials: Credentials;
  readonly onChange: () => void;
};

/** Keys by which programs do what their users may do, or less. */
export class ApiKeys {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /** Of one user or of all, newest first. */
  async list(user: User | undefined): Promise<readonly ApiKeyView[]> {
    const of = user === undefined ? {} : { user: user.id };
    const keys = await this.#parts.store.keys.list({ ...of, limit: limits.pageSizeMax });
    return keys.map(apiKeyView);
  }

  /** Makes a key, whose secret is told once: `ACTION_NOT_ALLOWED` when the user has too many. */
  async add(
    user: User,
    wish: ApiKeyWish,
  ): Promise<Outcome<{ readonly key: ApiKeyView; readonly secret: string }>> {
    const { store, credentials } = this.#parts;
    const secret = apiKeyMark + credentials.token();
    const createdAt = this.#kit.clock.now();
    const { name, scope, datasets, expiresInDays } = wish;
    const key = {
      id: this.#kit.random.id(),
      name,
      prefix: secret.slice(0, prefixLength),
      scope,
      ...(datasets === undefined ? {} : { datasets }),
      createdAt,
      ...(expiresInDays === undefined ? {} : { expiresAt: instant(createdAt + expiresInDays * day) }),
    };
    const stored = { ...key, user: user.id, digest: credentials.digest(secret) };
    if (!(await store.keys.add(stored, limits.apiKeysPerUserMax))) {
      const message = `a user has at most ${limits.apiKeysPerUserMax} keys`;
      return fail(failure('ACTION_NOT_ALLOWED', message, { hint: 'revoke those that nothing uses' }));
    }
    return succeed({ key: apiKeyView({ ...key, user }), secret });
  }

  /** Ends a key, of one user if that is given: `API_KEY_NOT_FOUND`. */
  async revoke(id: string, user: User | undefined): Promise<Outcome<void>> {
    const of = user === undefined ? {} : { user: user.id };
    const isRevoked = await this.#parts.store.keys.revoke({ id, ...of });
    this.#parts.onChange();
    return isRevoked ? succeed(undefined) : fail(failure('API_KEY_NOT_FOUND', `there is no key ${id}`));
  }
}

function apiKeyView({ user, ...key }: ApiKey): ApiKeyView {
  return { ...key, user: user.email };
}
