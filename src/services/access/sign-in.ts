import { type Failure, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { formatDuration } from '../../base/units.ts';
import { canonicalEmail } from '../../core/access/identity.ts';
import { throttleDelayMs, throttleRules } from '../../core/access/throttle.ts';
import type { AccessStore, LinkPurpose, User } from '../../ports/access-store.ts';
import type { Credentials } from '../../ports/credentials.ts';
import type { Kit } from '../kit.ts';
import type { Caller } from './authenticator.ts';
import { passwordFault } from './password-rule.ts';

/** A session that has just begun: its token goes to the browser and is kept nowhere. */
export type NewSession = { readonly token: string; readonly user: User };

type Parts = {
  readonly store: AccessStore;
  readonly credentials: Credentials;
  /** Something has changed: what is remembered of callers is not true any more. */
  readonly onChange: () => void;
};

/** How people come in: by password, by a link that makes the first administrator, by an invitation. */
export class SignIn {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /**
   * Begins a session: `SIGN_IN_REFUSED` for an unknown address, a wrong password and a disabled user alike and after the
   * same time, `SIGN_IN_THROTTLED` after too many of them for this account or from this address.
   */
  async signIn(given: {
    readonly email: string;
    readonly password: string;
    readonly address: string;
  }): Promise<Outcome<NewSession>> {
    const { store, credentials } = this.#parts;
    const email = canonicalEmail(given.email);
    const subjects = {
      // As a digest: what people type there may be anything, also a password.
      account: `account ${credentials.digest(email)}`,
      address: `address ${given.address}`,
    };
    for (const kind of ['address', 'account'] as const) {
      const begun = await store.throttle.begin(subjects[kind], this.#kit.clock.now(), (failures) =>
        throttleDelayMs(failures, throttleRules[kind]),
      );
      if (begun.kind === 'begun') continue;
      this.#kit.telemetry.count('assay_sign_ins_total', { outcome: 'throttled' });
      return fail(throttled(begun.until - this.#kit.clock.now()));
    }
    const user = await store.users.find(email);
    const { isRight, isOutdated } = await credentials.verifyPassword(given.password, user?.password);
    if (user === undefined || !isRight || user.isDisabled) {
      this.#kit.telemetry.count('assay_sign_ins_total', { outcome: 'refused' });
      await this.#note({ who: user?.email ?? 'unknown', action: 'session.refuse', address: given.address });
      return fail(refused());
    }
    await store.throttle.takeBack(subjects.account, 'all');
    await store.throttle.takeBack(subjects.address, 'one');
    if (isOutdated && user.password !== undefined) {
      const fresh = await credentials.hashPassword(given.password);
      await store.users.rehash(user.id, { old: user.password, fresh });
    }
    this.#kit.telemetry.count('assay_sign_ins_total', { outcome: 'begun' });
    return succeed(await this.#begin(user));
  }

  /** Ends a session. */
  async signOut(caller: Caller): Promise<void> {
    if (caller.session !== undefined) await this.#parts.store.sessions.end(caller.session.digest);
    this.#parts.onChange();
  }

  /**
   * Sets another password, ends all sessions of the user and begins a new one: `SIGN_IN_REFUSED` when the present one is
   * wrong, `SIGN_IN_THROTTLED`, `PASSWORD_UNFIT`.
   */
  async changePassword(
    user: User,
    given: { readonly current: string; readonly password: string; readonly address: string },
  ): Promise<Outcome<NewSession>> {
    const fault = passwordFault(given.password, user.email);
    if (fault !== undefined) return fail(fault);
    // Whoever has found a session that was left open guesses no faster than others.
    const proven = await this.signIn({ email: user.email, password: given.current, address: given.address });
    if (!proven.ok) return proven;
    return this.#withPassword(user, given.password);
  }

  /** A link that makes an administrator. With `unlessAny`, undefined where one was made already or one is not needed. */
  async setupLink({ unlessAny }: { readonly unlessAny: boolean }): Promise<string | undefined> {
    const { store, credentials } = this.#parts;
    if (unlessAny && (await store.users.hasAdmin())) return undefined;
    const token = credentials.token();
    const digest = credentials.digest(token);
    const link = { digest, purpose: { kind: 'setup' }, at: this.#kit.clock.now() } as const;
    return (await store.links.put(link, unlessAny)) ? token : undefined;
  }

  /** The user of an invitation that was not used: `LINK_INVALID`. */
  async invitation(token: string): Promise<Outcome<User>> {
    const purpose = await this.#purpose(token);
    if (!purpose.ok) return purpose;
    if (purpose.value.kind !== 'invitation') return fail(linkInvalid());
    const user = await this.#parts.store.users.get(purpose.value.user);
    return user === undefined || user.isDisabled ? fail(linkInvalid()) : succeed(user);
  }

  /** Makes an administrator, or makes a user one who sets a new password: `LINK_INVALID`, `PASSWORD_UNFIT`. */
  async setUp(given: {
    readonly token: string;
    readonly email: string;
    readonly name: string;
    readonly password: string;
  }): Promise<Outcome<NewSession>> {
    const { store, credentials } = this.#parts;
    const email = canonicalEmail(given.email);
    const fault = passwordFault(given.password, email);
    if (fault !== undefined) return fail(fault);
    const purpose = await this.#purpose(given.token);
    if (!purpose.ok) return purpose;
    if (purpose.value.kind !== 'setup') return fail(linkInvalid());
    const hash = await credentials.hashPassword(given.password);
    if (!(await store.links.take(credentials.digest(given.token)))) return fail(linkInvalid());
    const { clock, random } = this.#kit;
    const fresh: User = {
      id: random.id(),
      email,
      name: given.name,
      password: hash,
      isAdmin: true,
      mayRegister: true,
      isDisabled: false,
      createdAt: clock.now(),
    };
    if (await store.users.add(fresh)) return succeed(await this.#begin(fresh));
    const known = await store.users.find(email);
    if (known === undefined) return fail(linkInvalid());
    await store.users.change(known.id, { isAdmin: true, isDisabled: false, name: given.name });
    await store.users.setPassword(known.id, hash);
    return succeed(await this.#begin({ ...known, isAdmin: true, isDisabled: false, name: given.name }));
  }

  /** Sets the password of an invited user: `LINK_INVALID`, `PASSWORD_UNFIT`. */
  async accept(given: {
    readonly token: string;
    readonly password: string;
    readonly name?: string;
  }): Promise<Outcome<NewSession>> {
    const { store, credentials } = this.#parts;
    const invited = await this.invitation(given.token);
    if (!invited.ok) return invited;
    const fault = passwordFault(given.password, invited.value.email);
    if (fault !== undefined) return fail(fault);
    const hash = await credentials.hashPassword(given.password);
    if (!(await store.links.take(credentials.digest(given.token)))) return fail(linkInvalid());
    const { id } = invited.value;
    if (given.name !== undefined) await store.users.change(id, { name: given.name });
    if (!(await store.users.setPassword(id, hash))) return fail(linkInvalid());
    await store.throttle.takeBack(`account ${credentials.digest(invited.value.email)}`, 'all');
    return succeed(await this.#begin({ ...invited.value, name: given.name ?? invited.value.name }));
  }

  async #withPassword(user: User, password: string): Promise<Outcome<NewSession>> {
    const hash = await this.#parts.credentials.hashPassword(password);
    await this.#parts.store.users.setPassword(user.id, hash);
    return succeed(await this.#begin(user));
  }

  async #begin(user: User): Promise<NewSession> {
    const { store, credentials, onChange } = this.#parts;
    const token = credentials.token();
    const digest = credentials.digest(token);
    await store.sessions.add({ digest, user: user.id, at: this.#kit.clock.now() });
    onChange();
    return { token, user };
  }

  async #purpose(token: string): Promise<Outcome<LinkPurpose>> {
    const link = await this.#parts.store.links.find(this.#parts.credentials.digest(token));
    const isGood = link !== undefined && this.#kit.clock.now() - link.createdAt < limits.accessLinkAgeMs;
    return isGood ? succeed(link.purpose) : fail(linkInvalid());
  }

  async #note(entry: {
    readonly who: string;
    readonly action: string;
    readonly address: string;
  }): Promise<void> {
    await this.#parts.store.audit.note({ ...entry, at: this.#kit.clock.now() });
  }
}

function refused(): Failure {
  return failure('SIGN_IN_REFUSED', 'the e-mail address or the password is not right', {
    hint: 'try again, or ask an administrator for a new link',
  });
}

function throttled(waitMs: number): Failure {
  return failure('SIGN_IN_THROTTLED', 'there were too many tries to sign in', {
    hint: `try again in ${formatDuration(Math.max(waitMs, 1_000))}`,
  });
}

function linkInvalid(): Failure {
  return failure('LINK_INVALID', 'this link was used already, is too old, or is none', {
    hint: 'ask an administrator for another one; an operator makes one with `assay admin-link`',
  });
}
