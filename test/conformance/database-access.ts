import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DatasetName } from '../../src/base/ids.ts';
import type { User } from '../../src/ports/access-store.ts';
import type { Database } from '../../src/ports/database.ts';
import type { WorldOf } from './database.ts';
import { at, definitionOf, unique } from './database-fixtures.ts';

export function accessConformance(worldOf: WorldOf): void {
  const person = (parts: Partial<User> = {}): User => ({
    id: unique('u'),
    email: `${unique('mail')}@example.org`,
    name: 'Ann “nul \0”',
    isAdmin: false,
    mayRegister: false,
    isDisabled: false,
    createdAt: at(1),
    ...parts,
  });

  async function added(database: Database, parts: Partial<User> = {}): Promise<User> {
    const user = person(parts);
    assert.equal(await database.access.users.add(user), true);
    return user;
  }

  describe('access', () => {
    it('gives people back as they were, each address once', async () => {
      const { users } = worldOf().database.access;
      const user = await added(worldOf().database, { password: 'hash' });
      assert.deepEqual(await users.find(user.email), user);
      assert.deepEqual(await users.get(user.id), user);
      assert.equal(await users.add({ ...person(), email: user.email }), false);
      const [listed] = await users.list({ after: user.email.slice(0, -1), limit: 1 });
      assert.deepEqual(listed, user);
      const changed = await users.change(user.id, { name: 'Bob', mayRegister: true });
      assert.deepEqual(changed, { ...user, name: 'Bob', mayRegister: true });
      assert.equal(await users.change('nobody', {}), 'unknown');
      await users.rehash(user.id, { old: 'other', fresh: 'never' });
      await users.rehash(user.id, { old: 'hash', fresh: 'fresh' });
      assert.equal((await users.get(user.id))?.password, 'fresh');
      assert.equal(await users.remove(user.id), 'removed');
      assert.equal(await users.remove(user.id), 'unknown');
    });

    it('keeps the last administrator, also when two go at once', async () => {
      const { users } = worldOf().database.access;
      const one = await added(worldOf().database, { isAdmin: true, password: 'h' });
      const other = await added(worldOf().database, { isAdmin: true, password: 'h' });
      await added(worldOf().database, { isAdmin: true });
      const outcomes = await Promise.all([users.change(one.id, { isAdmin: false }), users.remove(other.id)]);
      assert.equal(outcomes.filter((outcome) => outcome === 'last_admin').length, 1);
      assert.equal(await users.hasAdmin(), true);
      for (const { id } of [one, other]) {
        // The next test begins without them.
        await users.change((await added(worldOf().database, { isAdmin: true, password: 'h' })).id, {});
        await users.remove(id);
      }
    });

    it('ends sessions at sign-out, with a new password, with a disabled and with a removed user', async () => {
      const { users, sessions } = worldOf().database.access;
      const user = await added(worldOf().database);
      const begin = async (): Promise<string> => {
        const digest = unique('session');
        await sessions.add({ digest, user: user.id, at: at(5) });
        return digest;
      };
      const first = await begin();
      await sessions.touch(first, at(9));
      await sessions.touch(first, at(7));
      assert.deepEqual(await sessions.find(first), { digest: first, user, createdAt: at(5), seenAt: at(9) });
      await sessions.end(first);
      assert.equal(await sessions.find(first), undefined);
      const second = await begin();
      assert.equal(await users.setPassword(user.id, 'new'), true);
      assert.equal(await sessions.find(second), undefined);
      const third = await begin();
      await users.change(user.id, { isDisabled: true });
      assert.equal(await sessions.find(third), undefined);
      const fourth = await begin();
      await users.remove(user.id);
      assert.equal(await sessions.find(fourth), undefined);
    });

    it('lets a link be used once, and replaces it by a newer one', async () => {
      const { links } = worldOf().database.access;
      const user = await added(worldOf().database);
      const purpose = { kind: 'invitation', user: user.id } as const;
      const [old, fresh] = [unique('link'), unique('link')];
      assert.equal(await links.put({ digest: old, purpose, at: at(1) }), true);
      assert.equal(await links.put({ digest: fresh, purpose, at: at(2) }, true), false);
      assert.equal(await links.put({ digest: fresh, purpose, at: at(2) }), true);
      assert.equal(await links.find(old), undefined);
      assert.deepEqual(await links.find(fresh), { purpose, createdAt: at(2) });
      const taken = await Promise.all([links.take(fresh), links.take(fresh), links.take(fresh)]);
      assert.equal(taken.filter(Boolean).length, 1);
    });

    it('gives keys back as they were, as many as a user may have, until they are revoked', async () => {
      const { keys, users } = worldOf().database.access;
      const user = await added(worldOf().database);
      const key = {
        id: unique('k'),
        name: 'ci \0',
        prefix: 'assay_abc',
        scope: 'read' as const,
        datasets: ['a' as DatasetName],
        createdAt: at(1),
        expiresAt: at(2),
      };
      const digest = unique('digest');
      assert.equal(await keys.add({ ...key, user: user.id, digest }, 1), true);
      assert.equal(
        await keys.add({ ...key, id: unique('k'), user: user.id, digest: unique('digest') }, 1),
        false,
      );
      await keys.touch(key.id, at(3));
      assert.deepEqual(await keys.find(digest), { ...key, user, usedAt: at(3) });
      assert.deepEqual(await keys.list({ user: user.id, limit: 9 }), [{ ...key, user, usedAt: at(3) }]);
      assert.equal(await keys.revoke({ id: key.id, user: 'another' }), false);
      assert.equal(await keys.revoke({ id: key.id }), true);
      assert.equal(await keys.find(digest), undefined);
      assert.equal(await keys.add({ ...key, user: user.id, digest }, 1), true);
      await users.remove(user.id);
      assert.equal(await keys.find(digest), undefined);
    });

    it('knows who has which role, and forgets it with the dataset and with the person', async () => {
      const { database } = worldOf();
      const { members, users } = database.access;
      const dataset = worldOf().dataset;
      assert.equal(await members.facts(dataset), undefined);
      const member = { email: 'x@example.org', role: 'owner', addedBy: 'a', addedAt: at(1) } as const;
      assert.equal(await members.put(dataset, member, 9), false, 'there is no such dataset');
      const definition = definitionOf(dataset, {
        private: true,
        owner: 'Ops \0',
        followers: ['f@example.org'],
      });
      await database.datasets.apply(definition, at(1));
      assert.equal(await members.put(dataset, member, 1), true);
      assert.equal(await members.put(dataset, { ...member, role: 'follower' }, 1), true);
      assert.equal(await members.put(dataset, { ...member, email: 'y@example.org' }, 1), false);
      assert.deepEqual(await members.list(dataset), [{ ...member, role: 'follower' }]);
      const facts = {
        dataset,
        isPrivate: true,
        owner: 'Ops \0',
        followers: ['f@example.org'],
        members: { 'x@example.org': 'follower' },
      };
      assert.deepEqual(await members.facts(dataset), facts);
      assert.deepEqual(
        (await members.allFacts()).filter((one) => one.dataset === dataset),
        [facts],
      );
      assert.equal(await members.remove(dataset, 'z@example.org'), false);
      const user = await added(database);
      await members.put(dataset, { ...member, email: user.email }, 9);
      await users.remove(user.id);
      assert.equal((await members.list(dataset)).length, 1);
      await database.datasets.remove(dataset);
      await database.datasets.apply({ ...definition, owner: 'other' }, at(2));
      assert.deepEqual(await members.list(dataset), [], 'who registers the name anew begins without members');
    });

    it('finds the dataset of jobs, incidents and results', async () => {
      const world = worldOf();
      const { members } = world.database.access;
      const job = await world.enqueued({ kind: 'scan' });
      const incident = world.incident(unique('i'));
      const result = world.result('p');
      await world.evaluated([world.evaluation('p', { results: [result] })], [incident]);
      assert.equal(await members.datasetOf('job', job.id), world.dataset);
      assert.equal(await members.datasetOf('incident', incident.id), world.dataset);
      assert.equal(await members.datasetOf('result', result.id), world.dataset);
      assert.equal(await members.datasetOf('job', 'none \0'), undefined);
    });

    it('limits lists of datasets, jobs and incidents to some datasets, and to none', async () => {
      const world = worldOf();
      const { datasets, jobs, quality } = world.database;
      const other = unique('other') as DatasetName;
      for (const dataset of [world.dataset, other]) await datasets.apply(definitionOf(dataset), at(1));
      const job = await world.enqueued({ kind: 'scan' });
      await world.enqueued({ kind: 'scan' }, { dataset: other });
      const incident = world.incident(unique('i'));
      await world.evaluated([world.evaluation('p')], [incident]);
      const only = [world.dataset];
      const page = await datasets.page({ only, limit: 9 });
      assert.deepEqual(
        page.map(({ definition }) => definition.dataset),
        only,
      );
      const listed = await jobs.list({ only, kind: 'scan', limit: 9 });
      assert.deepEqual(
        listed.map((one) => one.job.id),
        [job.id],
      );
      const incidents = await quality.incidents({ only, limit: 9 });
      assert.deepEqual(
        incidents.map(({ id }) => id),
        [incident.id],
      );
      assert.deepEqual(await datasets.page({ only: [], limit: 9 }), []);
      assert.deepEqual(await jobs.list({ only: [], limit: 9 }), []);
      assert.deepEqual(await quality.incidents({ only: [other], limit: 9 }), []);
      await datasets.remove(other);
    });

    it('counts tries that begin at once, and forgets those that were none of guessing', async () => {
      const { throttle } = worldOf().database.access;
      const subject = unique('subject');
      const delay = (failures: number): number => (failures < 3 ? 0 : 1_000);
      const begun = await Promise.all(Array.from({ length: 6 }, () => throttle.begin(subject, at(0), delay)));
      assert.equal(begun.filter(({ kind }) => kind === 'begun').length, 3);
      assert.deepEqual(await throttle.begin(subject, at(10), delay), { kind: 'wait', until: at(1_000) });
      assert.equal((await throttle.begin(subject, at(1_000), delay)).kind, 'begun');
      await throttle.takeBack(subject, 'one');
      await throttle.takeBack(subject, 'one');
      assert.equal((await throttle.begin(subject, at(1_001), delay)).kind, 'begun');
      await throttle.takeBack(subject, 'all');
      assert.equal((await throttle.begin(subject, at(1_002), delay)).kind, 'begun');
    });

    it('lists who did what, newest first, by each filter, and forgets what is old', async () => {
      const { access } = worldOf().database;
      const who = unique('who');
      const entry = { who, action: 'a.b', address: '::1', requestId: 'r' } as const;
      await access.audit.note({ ...entry, at: at(1), dataset: 'd', subject: 's \0' });
      await access.audit.note({ ...entry, at: at(2), action: 'c.d' });
      const list = async (filter: object) =>
        (await access.audit.list({ who, limit: 9, ...filter })).map(({ at: time }) => time);
      assert.deepEqual(await list({}), [at(2), at(1)]);
      assert.deepEqual(await list({ action: 'a.b' }), [at(1)]);
      assert.deepEqual(await list({ dataset: 'd' }), [at(1)]);
      assert.deepEqual(await list({ from: at(2) }), [at(2)]);
      assert.deepEqual(await list({ to: at(2) }), [at(1)]);
      const [newest, oldest] = await access.audit.list({ who, limit: 9 });
      assert.deepEqual(await list({ before: newest?.sequence }), [at(1)]);
      const { sequence: _, ...noted } = oldest ?? { sequence: 0 };
      assert.deepEqual(noted, { ...entry, at: at(1), dataset: 'd', subject: 's \0' });
      await access.tidy({ before: at(0), auditBefore: at(2) });
      assert.deepEqual(await list({}), [at(2)]);
    });
  });
}
