import { failure } from '../../base/errors.ts';
import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import { canonicalEmail, type DatasetFacts, type Role } from '../../core/access/identity.ts';
import type { AccessStore } from '../../ports/access-store.ts';
import type { Kit } from '../kit.ts';

/** Somebody with a role on a dataset. */
export type MemberView = {
  readonly email: string;
  readonly role: Role;
  /** `definition`: the definition names them as owner or follower; to change that is to change the definition. */
  readonly source: 'definition' | 'member';
  readonly addedBy?: string;
  readonly addedAt?: Instant;
};

type Parts = { readonly store: AccessStore; readonly onChange: () => void };

/** Who has which role on a dataset. */
export class Members {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /** Those of the definition first. */
  async list(dataset: DatasetName): Promise<readonly MemberView[]> {
    const { members } = this.#parts.store;
    const [facts, given] = await Promise.all([members.facts(dataset), members.list(dataset)]);
    const added = given.map((member) => ({ ...member, source: 'member' as const }));
    return [...(facts === undefined ? [] : named(facts)), ...added];
  }

  /** Gives a role to an address, whether or not there is a user with it yet: `ACTION_NOT_ALLOWED` when there are too many. */
  async put(
    dataset: DatasetName,
    wish: { readonly email: string; readonly role: Role; readonly by: string },
  ): Promise<Outcome<MemberView>> {
    const member = {
      email: canonicalEmail(wish.email),
      role: wish.role,
      addedBy: wish.by,
      addedAt: this.#kit.clock.now(),
    };
    const isPut = await this.#parts.store.members.put(dataset, member, limits.membersPerDatasetMax);
    this.#parts.onChange();
    if (isPut) return succeed({ ...member, source: 'member' });
    return fail(
      failure('ACTION_NOT_ALLOWED', `a dataset has at most ${limits.membersPerDatasetMax} members`, {
        hint: 'remove some, or make the dataset public',
      }),
    );
  }

  /** Takes a role away: `MEMBER_NOT_FOUND`, also for those whom the definition names. */
  async remove(dataset: DatasetName, email: string): Promise<Outcome<void>> {
    const isRemoved = await this.#parts.store.members.remove(dataset, canonicalEmail(email));
    this.#parts.onChange();
    if (isRemoved) return succeed(undefined);
    return fail(
      failure('MEMBER_NOT_FOUND', `${email} was given no role on ${dataset}`, {
        hint: 'whom the definition names is removed there',
      }),
    );
  }
}

function named({ owner, followers }: DatasetFacts): readonly MemberView[] {
  return [
    { email: owner, role: 'owner', source: 'definition' },
    ...followers.map((email) => ({ email, role: 'follower' as const, source: 'definition' as const })),
  ];
}
