import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { DatasetName } from '../../../src/base/ids.ts';
import { type DatasetFacts, type Identity, standingOf } from '../../../src/core/access/identity.ts';
import { denialOfApply } from '../../../src/core/access/may-apply.ts';
import { decideOnDataset, decideRequest } from '../../../src/core/access/policy.ts';
import { throttleDelayMs, throttleRules } from '../../../src/core/access/throttle.ts';
import { definitionOf } from '../../conformance/database-fixtures.ts';

const names = ['a', 'b', 'c'] as unknown as readonly DatasetName[];
const emails = ['ann@x.org', 'bob@x.org', 'cid@x.org'] as const;

const identities: fc.Arbitrary<Identity> = fc
  .record(
    {
      email: fc.constantFrom(...emails),
      isAdmin: fc.boolean(),
      mayRegister: fc.boolean(),
      scope: fc.constantFrom('read', 'write', 'admin'),
      datasets: fc.uniqueArray(fc.constantFrom(...names)),
    },
    { requiredKeys: ['isAdmin', 'mayRegister', 'scope'], noNullPrototype: true },
  )
  .map((given) => ({ who: 'w', by: 'key', ...given }) as Identity);

const facts: fc.Arbitrary<DatasetFacts> = fc
  .record({
    dataset: fc.constantFrom(...names),
    isPrivate: fc.boolean(),
    owner: fc.constantFrom(...emails, 'ANN@X.org', 'a team'),
    followers: fc.array(fc.constantFrom(...emails, 'Bob@x.org')),
    members: fc.dictionary(fc.constantFrom(...emails), fc.constantFrom('owner', 'follower'), {
      noNullPrototype: true,
    }),
  })
  .map((given) => given as DatasetFacts);

const follow = { need: 'follow', dataset: 'params' } as const;
const own = { need: 'own', dataset: 'params' } as const;

describe('what somebody may do with a dataset', () => {
  it('is nothing, of a private one, without a role on it', () => {
    fc.assert(
      fc.property(identities, facts, (identity, given) => {
        const named = [given.owner, ...given.followers, ...Object.keys(given.members)];
        const isNamed = named.some((one) => one.toLowerCase() === identity.email);
        fc.pre(given.isPrivate && !identity.isAdmin && !isNamed);
        for (const isWrite of [true, false]) {
          for (const policy of [follow, own]) {
            assert.equal(decideOnDataset(identity, policy, { facts: given, isWrite }).kind, 'hidden');
          }
        }
      }),
    );
  });

  it('is hidden exactly as what is not there', () => {
    fc.assert(
      fc.property(identities, fc.boolean(), (identity, isWrite) => {
        assert.deepEqual(decideOnDataset(identity, follow, { facts: undefined, isWrite }), {
          kind: 'hidden',
        });
      }),
    );
  });

  it('only grows with a role, with the rights of an administrator, and with the scope of a key', () => {
    const rank = { hidden: 0, sign_in: 0, denied: 1, allowed: 2 } as const;
    fc.assert(
      fc.property(
        identities,
        facts,
        fc.boolean(),
        fc.constantFrom(follow, own),
        (identity, given, isWrite, policy) => {
          const rankOf = (one: Identity, of = given): number =>
            rank[decideOnDataset(one, policy, { facts: of, isWrite }).kind];
          const now = rankOf(identity);
          assert.ok(rankOf({ ...identity, isAdmin: true }) >= now);
          assert.ok(rankOf({ ...identity, scope: 'admin' }) >= now);
          const { datasets: _, ...wide } = identity;
          assert.ok(rankOf(wide) >= now);
          if (identity.email === undefined) return;
          const promoted = { ...given, members: { ...given.members, [identity.email]: 'owner' as const } };
          assert.ok(rankOf(identity, promoted) >= now);
          assert.ok(rankOf(identity, { ...given, isPrivate: false }) >= now);
        },
      ),
    );
  });

  it('is never more than reading with a reading key, and nothing outside the datasets of a key', () => {
    fc.assert(
      fc.property(identities, facts, (identity, given) => {
        const reading = { ...identity, scope: 'read' as const };
        for (const policy of [follow, own])
          assert.notEqual(decideOnDataset(reading, policy, { facts: given, isWrite: true }).kind, 'allowed');
        const elsewhere = { ...identity, datasets: [] as DatasetName[] };
        assert.equal(standingOf(elsewhere, given), undefined);
      }),
    );
  });

  it('is owning for those whom the definition or a member names so, in whatever capitals', () => {
    fc.assert(
      fc.property(identities, facts, (identity, given) => {
        fc.pre(identity.datasets === undefined && identity.email !== undefined);
        const isOwner =
          given.owner.toLowerCase() === identity.email || given.members[identity.email ?? ''] === 'owner';
        assert.equal(standingOf(identity, given) === 'owner', isOwner);
      }),
    );
  });
});

describe('what somebody may ask for', () => {
  it('is what answers anybody, to nobody', () => {
    assert.equal(decideRequest(undefined, { need: 'nobody' }, { isWrite: true }).kind, 'allowed');
    for (const need of ['sign_in', 'register', 'admin'] as const)
      assert.equal(decideRequest(undefined, { need }, { isWrite: false }).kind, 'sign_in');
    assert.equal(decideRequest(undefined, follow, { isWrite: false }).kind, 'sign_in');
  });

  it('is administration only with the rights, the scope and no list of datasets', () => {
    fc.assert(
      fc.property(identities, fc.boolean(), (identity, isWrite) => {
        const may = identity.isAdmin && identity.scope === 'admin' && identity.datasets === undefined;
        assert.equal(decideRequest(identity, { need: 'admin' }, { isWrite }).kind === 'allowed', may);
      }),
    );
  });
});

describe('a definition', () => {
  const before = definitionOf('a' as DatasetName, { owner: 'ann@x.org' });
  const known = { dataset: before.dataset, isPrivate: true, owner: 'ann@x.org', followers: [], members: {} };
  const ann: Identity = {
    who: 'w',
    by: 'session',
    email: 'ann@x.org',
    isAdmin: false,
    mayRegister: false,
    scope: 'admin',
  };

  it('may be changed by its owners, but for where the data comes from', () => {
    const after = { ...before, description: 'new' };
    assert.equal(denialOfApply(ann, { facts: known, before, after }), undefined);
    const moved = { ...before, provider: { type: 'files', path: '/etc/*' } as const };
    assert.equal(denialOfApply(ann, { facts: known, before, after: moved }), 'registrars_only');
    assert.equal(
      denialOfApply({ ...ann, mayRegister: true }, { facts: known, before, after: moved }),
      undefined,
    );
  });

  it('is refused alike to those for whom there is none, and for whom it is hidden', () => {
    const bob = { ...ann, email: 'bob@x.org' };
    const hidden = denialOfApply(bob, { facts: known, before, after: before });
    assert.equal(hidden, denialOfApply(bob, { facts: undefined, before: undefined, after: before }));
    assert.equal(hidden, 'registrars_only');
  });
});

describe('the wait before the next try to sign in', () => {
  it('is none at first, doubles, never shrinks, and ends at a quarter of an hour', () => {
    fc.assert(
      fc.property(fc.nat(10_000), (failures) => {
        for (const rule of Object.values(throttleRules)) {
          const delay = throttleDelayMs(failures, rule);
          assert.ok(throttleDelayMs(failures + 1, rule) >= delay);
          assert.ok(delay <= 15 * 60_000);
          assert.equal(delay === 0, failures < rule.freeTries);
        }
      }),
    );
    assert.deepEqual(
      [5, 6, 7].map((failures) => throttleDelayMs(failures, throttleRules.account)),
      [1_000, 2_000, 4_000],
    );
  });
});
