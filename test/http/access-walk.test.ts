import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DatasetName } from '../../src/base/ids.ts';
import { hour } from '../../src/base/units.ts';
import { TestWorld } from '../conformance/database-fixtures.ts';
import { addCaller, fillMarked, type MarkedDataset, markedYaml } from '../support/access-world.ts';
import { type ApiService, startApi } from '../support/api-service.ts';
import { openTestDatabase, type TestDatabase } from '../support/embedded-database.ts';
import { readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';

type Operation = {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: object;
  readonly 'x-assay-access'?: string;
};
type Walked = { readonly method: string; readonly path: string; readonly operation: Operation };
type Headers = Readonly<Record<string, string>>;

const nameMarks = { alpha: 'zzalphaname', beta: 'zzbetaname' };
const rowMarks = { alpha: 'zzalpharow', beta: 'zzbetarow' };

/** Two owners with a private dataset each, and everybody else who may try to look into it. */
describe('access to private datasets', () => {
  let store: TestDatabase;
  let api: ApiService;
  let operations: readonly Walked[];
  let alpha: MarkedDataset;
  let beta: MarkedDataset;
  const callers = new Map<string, Headers>();
  const as = (name: string): Headers => callers.get(name) ?? {};

  before(async () => {
    store = await openTestDatabase();
    api = await startApi({ database: store.database, access: { operatorKey: 'operator-key-of-the-test' } });
    const { access } = api;
    assert.ok(access);
    const document = (await (await fetch(`${api.url}/api/openapi.json`)).json()) as {
      readonly paths: Record<string, Record<string, Operation>>;
    };
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
      })),
    );
    const add = async (
      name: string,
      wish: Omit<Parameters<typeof addCaller>[2], 'email'> = {},
      email = name,
    ) => {
      const caller = await addCaller(access, store.database, { ...wish, email: `${email}@example.org` });
      callers.set(name, caller.headers);
      return caller;
    };
    await add('ann', { mayRegister: true });
    await add('bob', { mayRegister: true });
    await add('fay');
    await add('sam', { mayRegister: true });
    await add('root', { admin: true });
    await add('ann reading', { scope: 'read' }, 'ann');
    await add('ann expired', { expiresInDays: 1 }, 'ann');
    const revoked = await add('ann revoked', {}, 'ann');
    await access.keys.revoke(revoked.keyId, undefined);
    callers.set('operator', { authorization: 'Bearer operator-key-of-the-test' });
    callers.set('nobody', {});
    alpha = await registered('alpha', 'ann', { follower: 'fay@example.org' });
    beta = await registered('beta', 'bob');
    // A day passes: the key that was given for one has expired, the others have not.
    api.kit.clock.jump(25 * hour);
  });

  after(async () => {
    await api[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  async function registered(
    name: 'alpha' | 'beta',
    owner: string,
    rest: { readonly follower?: string } = {},
  ): Promise<MarkedDataset> {
    const marks = { nameMark: nameMarks[name], rowMark: rowMarks[name] };
    const dataset = `${name}-set` as DatasetName;
    const yaml = markedYaml(dataset, { owner: `${owner}@example.org`, ...marks, ...rest });
    const body = { yaml, file: 'f.yaml', baseDirectory: '/srv' };
    const answer = await api.call('PUT', '/datasets', body, as(owner));
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return fillMarked(store.database, { dataset, ...marks });
  }

  /** Every request that the document knows, about one dataset and what belongs to it. */
  function* requestsAbout(of: MarkedDataset, methods: readonly string[]) {
    const idOf = (path: string): string => {
      if (path.includes('/results/')) return of.ids.result;
      if (path.includes('/incidents/')) return of.ids.incident;
      return path.includes('/backfills/') ? of.ids.backfill : of.ids.job;
    };
    const given: Record<string, string> = {
      partition: of.partition,
      check: `${of.nameMark}_column.distinct_count`,
      datasets: of.dataset,
    };
    for (const { method, path, operation } of operations) {
      if (!methods.includes(method) || path.endsWith('/events')) continue;
      const names: Record<string, string> = {
        dataset: of.dataset,
        cluster: 'quality',
        metric: 'row_count',
        partition: of.partition,
        email: 'mallory@example.org',
        id: idOf(path),
      };
      const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'none');
      const asked = operation.parameters.filter((one) => one.in === 'query');
      const query = asked.filter((one) => one.required).map(({ name }) => `${name}=${given[name] ?? ''}`);
      const filters = asked.some((one) => one.name === 'dataset' && !one.required)
        ? [[], [`dataset=${of.dataset}`]]
        : [[]];
      const bodies =
        operation.requestBody === undefined
          ? [undefined]
          : [
              {},
              { dataset: of.dataset },
              { to: 'm' },
              { reason: 'other' },
              { role: 'owner' },
              { yaml: 'policy: {alerts_per_month: 2}' },
            ];
      for (const filter of filters) {
        for (const body of bodies) {
          yield { method, path, url: `${address}?${[...query, ...filter].join('&')}`, body };
        }
      }
    }
  }

  async function send(
    request: { readonly method: string; readonly url: string; readonly body: unknown },
    headers: Headers,
  ): Promise<{ readonly status: number; readonly text: string; readonly heads: string }> {
    const { method, url, body } = request;
    const response = await fetch(`${api.url}${url}`, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(url.includes('/policy') ? { 'if-match': '"1"' } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const heads = JSON.stringify([...response.headers].filter(([name]) => name !== 'etag'));
    return { status: response.status, text: await response.text(), heads };
  }

  it('is said by every operation', () => {
    assert.ok(operations.length > 50);
    for (const { method, path, operation } of operations) {
      const word = operation['x-assay-access'] ?? '';
      assert.match(word, /^(?:nobody|sign_in|register|admin|follow|own)$/, `${method} ${path}`);
    }
    const open = operations.filter(({ operation }) => operation['x-assay-access'] === 'nobody');
    assert.deepEqual(open.map(({ method, path }) => `${method} ${path}`).toSorted(), [
      'DELETE /api/v1/session',
      'GET /api/v1/session',
      'GET /healthz',
      'GET /metrics',
      'GET /readyz',
      'POST /api/v1/invitations/accept',
      'POST /api/v1/invitations/lookup',
      'POST /api/v1/session',
      'POST /api/v1/setup',
    ]);
  });

  it('gives nobody, and who has an expired or revoked key, nothing at all', async () => {
    for (const name of ['nobody', 'ann expired', 'ann revoked']) {
      for (const request of requestsAbout(alpha, ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])) {
        const { status, text } = await send(request, as(name));
        const label = `${name} ${request.method} ${request.url} ${text}`;
        assert.doesNotMatch(text, /zz(?:alpha|beta)/i, label);
        const isOpen =
          operations.find((one) => one.path === request.path && one.method === request.method)?.operation[
            'x-assay-access'
          ] === 'nobody';
        if (!isOpen) assert.equal(status, 401, label);
      }
    }
  });

  it('hides one owner’s dataset from others as if it did not exist, whatever they ask', async () => {
    const absent: MarkedDataset = {
      ...alpha,
      dataset: 'nosuch-set' as DatasetName,
      ids: { result: 'none-r', incident: 'none-i', job: 'none-j', backfill: 'none-b' },
    };
    for (const name of ['sam', 'bob']) {
      const there = [...requestsAbout(alpha, ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])];
      const nowhere = [...requestsAbout(absent, ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])];
      for (const [place, request] of there.entries()) {
        const answer = await send(request, as(name));
        const label = `${name} ${request.method} ${request.url} ${JSON.stringify(request.body)}: ${answer.text}`;
        const unsaid = withoutEcho(answer.text, alpha, request);
        assert.doesNotMatch(unsaid + withoutEcho(answer.heads, alpha, request), /zzalpha/i, label);
        const twin = nowhere[place];
        if (
          twin === undefined ||
          !/\{(?:dataset|id)\}/.test(request.path) ||
          /users|keys|drill/.test(request.path)
        )
          continue;
        const other = await send(twin, as(name));
        assert.equal(answer.status, other.status, label);
        assert.equal(comparable(answer.text, alpha), comparable(other.text, absent), label);
      }
    }
    assert.ok(
      (
        await send({ method: 'GET', url: `/api/v1/datasets/${alpha.dataset}`, body: undefined }, as('ann'))
      ).text.includes(nameMarks.alpha),
    );
  });

  it('shows a follower names and numbers, and no row, error, statement or address', async () => {
    const seen: string[] = [];
    for (const request of requestsAbout(alpha, ['GET'])) {
      const { status, text } = await send(request, as('fay'));
      assert.doesNotMatch(text, /zzalpharow|zzbeta/i, `${request.url} ${text}`);
      if (status === 200) seen.push(text);
    }
    assert.ok(seen.join('').includes(`${nameMarks.alpha}_column`));
    const acknowledged = await api.call(
      'POST',
      `/incidents/${alpha.ids.incident}/acknowledge`,
      {},
      as('fay'),
    );
    assert.equal(acknowledged.status, 200);
    assert.equal(acknowledged.body.state.by, 'fay@example.org');
    for (const [method, path, body] of [
      ['POST', `/incidents/${alpha.ids.incident}/resolve`, { reason: 'other' }],
      ['POST', '/scans', { dataset: alpha.dataset }],
      ['DELETE', `/datasets/${alpha.dataset}`, undefined],
      ['GET', `/datasets/${alpha.dataset}/suggestions`, undefined],
      ['GET', `/datasets/${alpha.dataset}/members`, undefined],
      ['GET', '/users', undefined],
      ['GET', '/audit', undefined],
    ] as const) {
      const { status, body: problem } = await api.call(method, path, body, as('fay'));
      assert.deepEqual([status, problem.code], [403, 'ACCESS_DENIED'], `${method} ${path}`);
    }
  });

  it('shows an owner everything of their own, an administrator all but masked values, and neither the other’s', async () => {
    const marks = { ann: '', 'ann reading': '', root: '', operator: '' };
    for (const name of Object.keys(marks) as (keyof typeof marks)[]) {
      for (const request of requestsAbout(alpha, ['GET']))
        marks[name] += (await send(request, as(name))).text;
    }
    assert.match(marks.ann, /zzalpharow/);
    assert.doesNotMatch(marks.ann, /zzbeta/);
    assert.doesNotMatch(marks['ann reading'], /zzbeta/);
    for (const name of ['root', 'operator'] as const) {
      assert.match(marks[name], /zzbetaname/, 'lists show all datasets');
      const details = await api.call(
        'GET',
        `/datasets/${alpha.dataset}/details?partition=${alpha.partition}`,
        undefined,
        as(name),
      );
      assert.doesNotMatch(JSON.stringify(details.body), /zzalpharow/);
      assert.match(JSON.stringify(details.body.failedRows), /\*\*\*/);
      const partition = await api.call(
        'GET',
        `/datasets/${alpha.dataset}/partitions/${alpha.partition}`,
        undefined,
        as(name),
      );
      assert.match(JSON.stringify(partition.body.revisions[0].rejected), /"text":"\*\*\*"/);
    }
  });

  it('lets a reading key change nothing, though its user may', async () => {
    for (const [method, path, body] of [
      ['POST', '/scans', { dataset: alpha.dataset }],
      ['POST', `/incidents/${alpha.ids.incident}/acknowledge`, {}],
      ['DELETE', `/datasets/${alpha.dataset}`, undefined],
      ['PUT', '/datasets', { yaml: 'dataset: other', file: 'f', baseDirectory: '/' }],
    ] as const) {
      const answer = await api.call(method, path, body, as('ann reading'));
      assert.ok([403, 422].includes(answer.status), `${method} ${path} ${answer.status}`);
      if (answer.status === 422) assert.equal(answer.body.code, 'DATASET_INVALID');
    }
    const yaml = markedYaml('other', { owner: 'ann@example.org', nameMark: 'n', rowMark: 'r' });
    const apply = await api.call(
      'PUT',
      '/datasets',
      { yaml, file: 'f', baseDirectory: '/' },
      as('ann reading'),
    );
    assert.equal(apply.body.code, 'ACCESS_DENIED');
  });

  it('lets nobody take over a dataset by registering its name, nor learn of it by a dry run', async () => {
    for (const dryRun of [true, false]) {
      const yaml = markedYaml(alpha.dataset, { owner: 'sam@example.org', nameMark: 'n', rowMark: 'r' });
      const answer = await api.call(
        'PUT',
        '/datasets',
        { yaml, file: 'f', baseDirectory: '/', dryRun },
        as('sam'),
      );
      assert.deepEqual([answer.status, answer.body.code], [403, 'ACCESS_DENIED']);
      assert.doesNotMatch(JSON.stringify(answer.body), /zzalpha/);
    }
  });

  it('replays one caller’s answer under an idempotency key to that caller alone', async () => {
    const body = { dataset: alpha.dataset };
    const key = { 'idempotency-key': 'the-same-key' };
    const first = await api.call('POST', '/scans', body, { ...as('ann'), ...key });
    assert.equal(first.status, 202);
    const again = await api.call('POST', '/scans', body, { ...as('ann'), ...key });
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    const other = await api.call('POST', '/scans', body, { ...as('sam'), ...key });
    assert.equal(other.body.code, 'DATASET_NOT_FOUND');
    const tag = (
      await api.call('GET', `/datasets/${alpha.dataset}/metrics/row_count`, undefined, as('ann'))
    ).headers.get('etag');
    const cached = await api.call('GET', `/datasets/${alpha.dataset}/metrics/row_count`, undefined, {
      ...as('sam'),
      'if-none-match': tag ?? '',
    });
    assert.equal(cached.status, 404);
  });

  it('tells listeners of live events only what exists for them, also after a role was given', async () => {
    const listeners = await Promise.all(
      ['ann', 'fay', 'sam', 'bob'].map((name) => readEvents(api.url, { headers: as(name) })),
    );
    const [ann, fay, sam, bob] = listeners;
    assert.ok(ann && fay && sam && bob);
    const tick = (): Promise<void> => api.kit.clock.advance(300);
    const told = (reader: typeof ann, dataset: string): boolean =>
      reader.events.some(({ data }) => data['dataset'] === dataset);
    const changed = async (of: MarkedDataset): Promise<void> => {
      const world = new TestWorld(store.database);
      Object.assign(world, { dataset: of.dataset });
      await world.enqueued({ kind: 'learn' });
    };
    for (const one of listeners) {
      await eventually('it is let in', async () => {
        await tick();
        return one.events.some(({ event }) => event === 'ready');
      });
    }
    await changed(alpha);
    await changed(beta);
    await eventually('the owners are told', async () => {
      await tick();
      return told(ann, alpha.dataset) && told(bob, beta.dataset);
    });
    assert.deepEqual([told(fay, alpha.dataset), told(fay, beta.dataset)], [true, false]);
    assert.deepEqual(
      [told(sam, alpha.dataset), told(sam, beta.dataset), told(bob, alpha.dataset)],
      [false, false, false],
    );
    const given = await api.call(
      'PUT',
      `/datasets/${alpha.dataset}/members/sam@example.org`,
      { role: 'follower' },
      as('ann'),
    );
    assert.equal(given.status, 200);
    await changed(alpha);
    await eventually('sam is told now', async () => {
      await tick();
      return told(sam, alpha.dataset);
    });
    const all = JSON.stringify([fay.events, sam.events]);
    assert.doesNotMatch(all, /zzalpharow|zzbeta/);
    await api.call('DELETE', `/datasets/${alpha.dataset}/members/sam@example.org`, undefined, as('ann'));
    const before = sam.events.length;
    await changed(alpha);
    await eventually('ann is told', async () => {
      await tick();
      return ann.events.filter(({ data }) => data['dataset'] === alpha.dataset).length >= 3;
    });
    assert.ok(!sam.events.slice(before).some(({ data }) => data['dataset'] === alpha.dataset));
    for (const one of listeners) one.close();
  });
});

/** What an answer says beside what the request said itself. */
function withoutEcho(
  text: string,
  of: MarkedDataset,
  request: { readonly url: string; readonly body: unknown },
): string {
  const said = request.url + JSON.stringify(request.body ?? '');
  const names = [of.partition, of.ids.result, of.ids.incident, `${of.nameMark}_column.distinct_count`];
  return names.filter((name) => said.includes(name)).reduce((rest, name) => rest.replaceAll(name, '…'), text);
}

/** Answers that differ only in what was asked for, and in the id of the request. */
function comparable(text: string, of: MarkedDataset): string {
  const { requestId: _, ...body } = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  const names = [...Object.values(of.ids), of.dataset];
  return names.reduce((rest, name) => rest.replaceAll(name, '…'), JSON.stringify(body));
}
