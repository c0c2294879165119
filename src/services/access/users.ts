import { type Failure, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { type Instant, instant } from '../../base/units.ts';
import { canonicalEmail } from '../../core/access/identity.ts';
import type { AccessStore, User, UserChange } from '../../ports/access-store.ts';
import type { Credentials } from '../../ports/credentials.ts';
import type { Kit } from '../kit.ts';

/** A user for people: nothing secret. Times are milliseconds since 1970. */
export type UserView = {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly admin: boolean;
  /** Whether they may register datasets: name paths and secrets that the service can read. */
  readonly mayRegister: boolean;
  readonly state: 'invited' | 'active' | 'disabled';
  readonly createdAt: Instant;
};

/** The secret of a link, which is told once, and until when it is good. */
export type Invitation = { readonly token: string; readonly expiresAt: Instant };

type Parts = {
  readonly store: AccessStore;
  readonly credentials: Credentials;
  readonly onChange: () => void;
};

/** The people who may use an installation. */
export class Users {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /** By address, those after the address `after`. */
  async list(request: { readonly after?: string; readonly limit: number }): Promise<readonly UserView[]> {
    const users = await this.#parts.store.users.list(request);
    return users.map(userView);
  }

  /** Adds a user, who sets a password by the invitation: `USER_EXISTS`. */
  async add(given: {
    readonly email: string;
    readonly name: string;
    readonly admin?: boolean;
    readonly mayRegister?: boolean;
  }): Promise<Outcome<{ readonly user: UserView; readonly invitation: Invitation }>> {
    const user: User = {
      id: this.#kit.random.id(),
      email: canonicalEmail(given.email),
      name: given.name,
      isAdmin: given.admin === true,
      mayRegister: given.mayRegister === true,
      isDisabled: false,
      createdAt: this.#kit.clock.now(),
    };
    if (!(await this.#parts.store.users.add(user))) {
      return fail(failure('USER_EXISTS', `there is a user ${user.email} already`));
    }
    return succeed({ user: userView(user), invitation: await this.#invitation(user.id) });
  }

  /** A new link by which a user sets a password; the one before is void: `USER_NOT_FOUND`. */
  async invite(id: string): Promise<Outcome<{ readonly user: UserView; readonly invitation: Invitation }>> {
    const user = await this.#parts.store.users.get(id);
    if (user === undefined) return fail(unknownUser(id));
    return succeed({ user: userView(user), invitation: await this.#invitation(id) });
  }

  /** `USER_NOT_FOUND`; `ACTION_NOT_ALLOWED` when no administrator would be left. */
  async change(
    id: string,
    wish: {
      readonly name?: string;
      readonly admin?: boolean;
      readonly mayRegister?: boolean;
      readonly disabled?: boolean;
    },
  ): Promise<Outcome<UserView>> {
    const { name, admin, mayRegister, disabled } = wish;
    const change: UserChange = {
      ...(name === undefined ? {} : { name }),
      ...(admin === undefined ? {} : { isAdmin: admin }),
      ...(mayRegister === undefined ? {} : { mayRegister }),
      ...(disabled === undefined ? {} : { isDisabled: disabled }),
    };
    const changed = await this.#parts.store.users.change(id, change);
    this.#parts.onChange();
    if (changed === 'unknown') return fail(unknownUser(id));
    return changed === 'last_admin' ? fail(lastAdmin()) : succeed(userView(changed));
  }

  /** Removes a user with sessions, keys and roles. Errors as `change`. */
  async remove(id: string): Promise<Outcome<void>> {
    const removed = await this.#parts.store.users.remove(id);
    this.#parts.onChange();
    if (removed === 'unknown') return fail(unknownUser(id));
    return removed === 'last_admin' ? fail(lastAdmin()) : succeed(undefined);
  }

  async #invitation(user: string): Promise<Invitation> {
    const { store, credentials } = this.#parts;
    const token = credentials.token();
    const at = this.#kit.clock.now();
    const purpose = { kind: 'invitation', user } as const;
    await store.links.put({ digest: credentials.digest(token), purpose, at });
    return { token, expiresAt: instant(at + limits.accessLinkAgeMs) };
  }
}

export function userView(user: User): UserView {
  const { id, email, name, isAdmin, mayRegister, isDisabled, password, createdAt } = user;
  const state = isDisabled ? 'disabled' : password === undefined ? 'invited' : 'active';
  return { id, email, name, admin: isAdmin, mayRegister, state, createdAt };
}

function unknownUser(id: string): Failure {
  return failure('USER_NOT_FOUND', `there is no user ${id}`);
}

function lastAdmin(): Failure {
  return failure('ACTION_NOT_ALLOWED', 'there would be no administrator left', {
    hint: 'make somebody else an administrator first',
  });
}
