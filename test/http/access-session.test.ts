import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DatasetName } from '../../src/base/ids.ts';
import { limits } from '../../src/base/limits.ts';
import { minute } from '../../src/base/units.ts';
import { addCaller, fillMarked, markedYaml } from '../support/access-world.ts';
import type { Answer } from '../support/api-contract.ts';
import { type ApiService, startApi } from '../support/api-service.ts';
import { openTestDatabase, type TestDatabase } from '../support/embedded-database.ts';

const password = 'a long sentence to remember';

/** A browser: it keeps the cookie and the token that go with each write. */
type Browser = {
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  cookie: string;
  csrf: string;
};

describe('signing in', () => {
  let store: TestDatabase;
  let api: ApiService;
  let admin: Browser;

  before(async () => {
    store = await openTestDatabase();
    api = await startApi({
      database: store.database,
      access: { operatorKey: 'operator-key-of-the-test' },
      trustedProxies: ['127.0.0.1'],
    });
    admin = browser();
  });
  after(async () => {
    await api[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  /** `address`: where a trusted proxy says that it comes from, so that tests do not slow each other down. */
  function browser(address = '10.0.0.1', proto = 'http'): Browser {
    const self: Browser = {
      cookie: '',
      csrf: '',
      call: async (method, path, body, headers = {}) => {
        const answer = await api.call(method, path, body, {
          'x-forwarded-for': address,
          'x-forwarded-proto': proto,
          ...(self.cookie === '' ? {} : { cookie: self.cookie }),
          ...(self.csrf === '' ? {} : { 'x-assay-csrf': self.csrf }),
          ...headers,
        });
        const set = answer.headers.get('set-cookie');
        if (set !== null) self.cookie = set.split(';')[0] ?? '';
        if (typeof answer.body?.csrf === 'string') self.csrf = answer.body.csrf;
        return answer;
      },
    };
    return self;
  }

  const operator = { authorization: 'Bearer operator-key-of-the-test' };
  const tokenOf = (url: string): string => new URL(url).searchParams.get('token') ?? '';

  async function invited(email: string): Promise<Browser> {
    const { body } = await admin.call('POST', '/users', { email, name: email });
    const own = browser();
    const accepted = await own.call('POST', '/invitations/accept', {
      token: tokenOf(body.invitation.url),
      password,
    });
    assert.equal(accepted.status, 200, JSON.stringify(accepted.body));
    return own;
  }

  it('begins with a link that the operator makes, which works once', async () => {
    assert.deepEqual((await admin.call('GET', '/session')).body, { access: 'on', setupNeeded: true });
    const link = await api.call('POST', '/setup/link', undefined, operator);
    const setup = { token: tokenOf(link.body.url), email: 'Root@Example.org', name: 'Root', password };
    const weak = await admin.call('POST', '/setup', { ...setup, password: 'root@example.org' });
    assert.deepEqual([weak.status, weak.body.code], [422, 'PASSWORD_UNFIT']);
    const made = await admin.call('POST', '/setup', setup);
    assert.deepEqual(
      [made.status, made.body.user.email, made.body.user.admin],
      [200, 'root@example.org', true],
    );
    const again = await browser().call('POST', '/setup', setup);
    assert.deepEqual([again.status, again.body.code], [410, 'LINK_INVALID']);
    const session = (await admin.call('GET', '/session')).body;
    assert.deepEqual([session.setupNeeded, session.user.state], [false, 'active']);
    const kept = JSON.stringify(await store.database.access.users.list({ limit: 10 }));
    assert.match(kept, /\$argon2id\$v=19\$m=64,t=1,p=1\$/);
    assert.ok(!kept.includes(password));
  });

  it('sets a cookie that no script reads, and over HTTPS one that only this host can have set', async () => {
    const plain = browser('10.1.0.1');
    const given = { email: 'root@example.org', password };
    const first = await plain.call('POST', '/session', given);
    assert.match(
      first.headers.get('set-cookie') ?? '',
      /^assay_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=1209600$/,
    );
    const secure = browser('10.1.0.1', 'https');
    const second = await secure.call('POST', '/session', given);
    assert.match(
      second.headers.get('set-cookie') ?? '',
      /^__Host-assay_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=1209600; Secure$/,
    );
    assert.equal((await secure.call('GET', '/users')).status, 200);
    const stray = browser('10.1.0.1', 'https');
    stray.cookie = plain.cookie;
    assert.equal(
      (await stray.call('GET', '/users')).status,
      401,
      'a cookie set without HTTPS counts for nothing there',
    );
    const old = plain.cookie;
    await plain.call('POST', '/session', given);
    assert.notEqual(plain.cookie, old);
    const before = browser();
    before.cookie = old;
    assert.equal((await before.call('GET', '/users')).status, 401, 'the session before is over');
  });

  it('needs for each write the token of the session, and the page’s own origin', async () => {
    const forged = browser();
    forged.cookie = admin.cookie;
    for (const csrf of ['', 'nonsense', (await invited('csrf@example.org')).csrf]) {
      forged.csrf = csrf;
      const answer = await forged.call('POST', '/users', { email: 'm@example.org', name: 'm' });
      assert.deepEqual([answer.status, answer.body.code], [403, 'CSRF_TOKEN_INVALID']);
    }
    forged.csrf = admin.csrf;
    const cross = await forged.call(
      'POST',
      '/users',
      { email: 'm@example.org', name: 'm' },
      { origin: 'https://evil.example' },
    );
    assert.deepEqual([cross.status, cross.body.code], [403, 'REQUEST_FORBIDDEN']);
    const signIn = await browser().call(
      'POST',
      '/session',
      { email: 'root@example.org', password },
      { 'sec-fetch-site': 'cross-site' },
    );
    assert.equal(signIn.body.code, 'REQUEST_FORBIDDEN');
    const users = (await admin.call('GET', '/users')).body.users as { email: string }[];
    assert.ok(!users.some(({ email }) => email === 'm@example.org'));
  });

  it('ends without use, after its time, at sign-out, with a new password, and when somebody is disabled', async () => {
    const { clock } = api.kit;
    const idle = await invited('idle@example.org');
    clock.jump(limits.sessionIdleMs - minute);
    await clock.advance(limits.accessMemoryMs);
    assert.equal((await idle.call('GET', '/datasets')).status, 200);
    clock.jump(limits.sessionIdleMs - minute);
    await clock.advance(limits.accessMemoryMs);
    assert.equal((await idle.call('GET', '/datasets')).status, 200, 'its use was noted');
    clock.jump(limits.sessionIdleMs);
    assert.equal((await idle.call('GET', '/datasets')).status, 401);
    await admin.call('POST', '/session', { email: 'root@example.org', password });

    const out = await invited('out@example.org');
    const kept = { ...out, cookie: out.cookie };
    assert.equal((await out.call('DELETE', '/session')).status, 204);
    assert.equal(out.cookie, 'assay_session=');
    const late = browser();
    late.cookie = kept.cookie;
    assert.equal((await late.call('GET', '/datasets')).status, 401);

    const changing = await invited('changing@example.org');
    const elsewhere = browser('10.2.0.1');
    await elsewhere.call('POST', '/session', { email: 'changing@example.org', password });
    const wrong = await changing.call('PUT', '/session/password', {
      current: 'wrong',
      password: `${password} 2`,
    });
    assert.equal(wrong.body.code, 'SIGN_IN_REFUSED');
    const changed = await changing.call('PUT', '/session/password', {
      current: password,
      password: `${password} 2`,
    });
    assert.equal(changed.status, 200);
    assert.equal((await changing.call('GET', '/datasets')).status, 200);
    assert.equal((await elsewhere.call('GET', '/datasets')).status, 401);

    const { user } = (await changing.call('GET', '/session')).body;
    assert.equal((await admin.call('PATCH', `/users/${user.id}`, { disabled: true })).status, 200);
    assert.equal((await changing.call('GET', '/datasets')).status, 401);
    const refused = await browser('10.2.0.2').call('POST', '/session', {
      email: 'changing@example.org',
      password: `${password} 2`,
    });
    assert.equal(refused.body.code, 'SIGN_IN_REFUSED');
  });

  it('is over two weeks after it began, however much it is used', async () => {
    const { clock } = api.kit;
    const busy = await invited('busy@example.org');
    let usedMs = 0;
    for (; usedMs + limits.sessionIdleMs / 2 < limits.sessionAgeMs; usedMs += limits.sessionIdleMs / 2) {
      assert.equal((await busy.call('GET', '/keys')).status, 200);
      clock.jump(limits.sessionIdleMs / 2);
      await clock.advance(limits.accessMemoryMs);
    }
    clock.jump(limits.sessionIdleMs / 2);
    assert.equal((await busy.call('GET', '/keys')).status, 401);
    await admin.call('POST', '/session', { email: 'root@example.org', password });
  });

  it('is slowed down after wrong tries, alike for those who are there and those who are not', async () => {
    const { clock } = api.kit;
    await invited('victim@example.org');
    for (const [place, email] of ['victim@example.org', 'nobody@example.org'].entries()) {
      const guesser = browser(`10.3.0.${place}`);
      const guess = async () => (await guesser.call('POST', '/session', { email, password: 'wrong' })).body;
      const bodies = [];
      for (let attempt = 0; attempt < 5; attempt += 1) bodies.push(await guess());
      assert.ok(
        bodies.every((body) => body.code === 'SIGN_IN_REFUSED'),
        JSON.stringify(bodies),
      );
      assert.equal((await guess()).code, 'SIGN_IN_THROTTLED');
      const many = await Promise.all(Array.from({ length: 8 }, guess));
      assert.ok(
        many.every(({ code }) => code === 'SIGN_IN_THROTTLED'),
        'also many at once',
      );
      clock.jump(1_000);
      assert.equal((await guess()).code, 'SIGN_IN_REFUSED');
      clock.jump(1_000);
      assert.equal((await guess()).code, 'SIGN_IN_THROTTLED', 'the wait has doubled');
      const right = await browser('10.3.1.1').call('POST', '/session', { email, password });
      assert.equal(right.body.code, 'SIGN_IN_THROTTLED', 'from other addresses, too');
    }
    clock.jump(15 * minute);
    const right = { email: 'victim@example.org', password };
    assert.equal((await browser('10.3.1.1').call('POST', '/session', right)).status, 200);
    const sprayer = browser('10.3.2.1');
    const codes = [];
    for (let place = 0; place < 26; place += 1)
      codes.push(
        (await sprayer.call('POST', '/session', { email: `n${place}@example.org`, password: 'wrong' })).body
          .code,
      );
    assert.deepEqual(
      [codes[24], codes[25]],
      ['SIGN_IN_REFUSED', 'SIGN_IN_THROTTLED'],
      'an address that tries many accounts',
    );
  });

  it('lets administrators manage people, but not remove the last of them', async () => {
    const { user } = (await admin.call('GET', '/session')).body;
    for (const change of [{ admin: false }, { disabled: true }])
      assert.equal((await admin.call('PATCH', `/users/${user.id}`, change)).body.code, 'ACTION_NOT_ALLOWED');
    assert.equal((await admin.call('DELETE', `/users/${user.id}`)).body.code, 'ACTION_NOT_ALLOWED');
    assert.equal(
      (await admin.call('POST', '/users', { email: 'ROOT@example.org', name: 'x' })).body.code,
      'USER_EXISTS',
    );
    assert.equal((await admin.call('PATCH', '/users/none', { admin: true })).body.code, 'USER_NOT_FOUND');
    const { body } = await admin.call('POST', '/users', { email: 'gone@example.org', name: 'Gone' });
    const again = await admin.call('POST', `/users/${body.user.id}/invitation`);
    const [old, fresh] = [tokenOf(body.invitation.url), tokenOf(again.body.invitation.url)];
    assert.equal(
      (await browser().call('POST', '/invitations/lookup', { token: old })).body.code,
      'LINK_INVALID',
    );
    assert.deepEqual((await browser().call('POST', '/invitations/lookup', { token: fresh })).body, {
      email: 'gone@example.org',
      name: 'Gone',
    });
    assert.equal((await admin.call('DELETE', `/users/${body.user.id}`)).status, 204);
    assert.equal(
      (await browser().call('POST', '/invitations/accept', { token: fresh, password })).body.code,
      'LINK_INVALID',
    );
    const late = await admin.call('POST', '/users', { email: 'late@example.org', name: 'Late' });
    api.kit.clock.jump(limits.accessLinkAgeMs);
    const tooLate = await browser().call('POST', '/invitations/accept', {
      token: tokenOf(late.body.invitation.url),
      password,
    });
    assert.equal(tooLate.body.code, 'LINK_INVALID');
    await admin.call('POST', '/session', { email: 'root@example.org', password });
  });

  it('tells the secret of a key once, keeps a digest, and ends it when it is revoked', async () => {
    const own = await invited('keys@example.org');
    const wish = { name: 'ci', scope: 'read', datasets: ['some-set'], expiresInDays: 30 };
    const made = await own.call('POST', '/keys', wish, { 'idempotency-key': 'k1' });
    assert.equal(made.status, 201);
    const { secret, key } = made.body;
    assert.ok(secret.startsWith(key.prefix) && key.prefix.length < 15);
    assert.equal(
      (await own.call('POST', '/keys', wish, { 'idempotency-key': 'k1' })).headers.get('idempotent-replayed'),
      null,
    );
    const listed = await own.call('GET', '/keys');
    assert.ok(!JSON.stringify(listed.body).includes(secret));
    const bearer = { authorization: `Bearer ${secret}` };
    assert.equal((await api.call('GET', '/datasets', undefined, bearer)).status, 200);
    assert.equal((await api.call('POST', '/keys', wish, bearer)).body.code, 'ACCESS_DENIED');
    assert.equal((await admin.call('DELETE', `/keys/${key.id}`)).status, 204);
    assert.equal((await api.call('GET', '/datasets', undefined, bearer)).status, 401);
    assert.equal((await own.call('DELETE', `/keys/${key.id}`)).body.code, 'API_KEY_NOT_FOUND');
  });

  it('notes every write with who, what, on which dataset and from where', async () => {
    const { access } = api;
    assert.ok(access);
    const { headers } = await addCaller(access, store.database, { email: 'doer@example.org', admin: true });
    const dataset = 'noted-set' as DatasetName;
    const marks = { nameMark: 'n', rowMark: 'r' };
    const yaml = markedYaml(dataset, { owner: 'doer@example.org', ...marks });
    const call = async (method: string, path: string, body?: unknown): Promise<void> => {
      const answer = await api.call(method, path, body, headers);
      assert.ok(answer.status < 300, `${method} ${path} ${JSON.stringify(answer.body)}`);
    };
    await call('PUT', '/datasets', { yaml, file: 'f', baseDirectory: '/' });
    const { ids } = await fillMarked(store.database, { dataset, ...marks });
    await call('PUT', `/datasets/${dataset}/members/else@example.org`, { role: 'follower' });
    await call('DELETE', `/datasets/${dataset}/members/else@example.org`);
    await call('POST', '/scans', { dataset });
    await call('POST', `/incidents/${ids.incident}/acknowledge`, {});
    await call('POST', `/incidents/${ids.incident}/assign`, { to: 'x@example.org' });
    await call('POST', `/incidents/${ids.incident}/resolve`, { reason: 'other' });
    await call('POST', `/incidents/${ids.incident}/reopen`, {});
    await call('POST', `/backfills/${ids.backfill}/pause`);
    await call('DELETE', `/datasets/${dataset}`);
    await call('POST', '/users', { email: 'added@example.org', name: 'Added' });
    const { body } = await admin.call('GET', '/audit?who=doer@example.org');
    const noted = (body.entries as { action: string; dataset?: string; address: string }[]).toReversed();
    assert.deepEqual(
      noted.map((entry) => [entry.action, entry.dataset]),
      [
        ['dataset.apply', dataset],
        ['member.put', dataset],
        ['member.remove', dataset],
        ['scan.start', dataset],
        ['incident.acknowledge', dataset],
        ['incident.assign', dataset],
        ['incident.resolve', dataset],
        ['incident.reopen', dataset],
        ['backfill.pause', dataset],
        ['dataset.remove', dataset],
        ['user.add', undefined],
      ],
    );
    assert.ok(noted.every(({ address }) => address === '127.0.0.1'));
    const filtered = await admin.call('GET', `/audit?action=incident.resolve&dataset=${dataset}&limit=1`);
    assert.equal(filtered.body.entries[0].subject, ids.incident);
    const page = await admin.call('GET', '/audit?limit=2');
    const next = await admin.call('GET', `/audit?limit=2&cursor=${page.body.nextCursor}`);
    assert.ok(next.body.entries[0].sequence < page.body.entries[1].sequence);
    const refused = await admin.call('GET', '/audit?action=session.refuse&limit=1');
    assert.equal(refused.body.entries.length, 1);
  });
});

describe('a service without access control', () => {
  it('says so, answers everybody, and manages nobody', async () => {
    await using api = await startApi();
    assert.deepEqual((await api.call('GET', '/session')).body, { access: 'off', setupNeeded: false });
    assert.equal((await api.call('GET', '/datasets')).status, 200);
    for (const [method, path, body] of [
      ['GET', '/users', undefined],
      ['GET', '/keys', undefined],
      ['GET', '/audit', undefined],
      ['POST', '/session', { email: 'a@b.org', password: 'p' }],
    ] as const) {
      assert.equal((await api.call(method, path, body)).body.code, 'ACTION_NOT_ALLOWED');
    }
  });
});
