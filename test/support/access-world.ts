import assert from 'node:assert/strict';
import { failure } from '../../src/base/errors.ts';
import { type DatasetName, jobId, partitionKey, resultId } from '../../src/base/ids.ts';
import type { KeyScope } from '../../src/core/access/identity.ts';
import { columnType } from '../../src/core/datasets/schema.ts';
import type { User } from '../../src/ports/access-store.ts';
import type { Database } from '../../src/ports/database.ts';
import type { Access } from '../../src/services/access/access.ts';
import { at, commit, ended, jobEnd, TestWorld, unique, value } from '../conformance/database-fixtures.ts';

/** A dataset full of texts that occur nowhere else, and the ids of what belongs to it. */
export type MarkedDataset = {
  readonly dataset: DatasetName;
  /** Texts that everybody may see for whom it exists: names, columns, keys. */
  readonly nameMark: string;
  /** Texts that only owners see: rows, values, errors, statements, addresses. */
  readonly rowMark: string;
  readonly partition: string;
  readonly ids: {
    readonly result: string;
    readonly incident: string;
    readonly job: string;
    readonly backfill: string;
  };
};

/** The YAML of a private dataset in which everything bears its marks. */
export function markedYaml(
  dataset: string,
  {
    owner,
    follower,
    nameMark,
    rowMark,
  }: { owner: string; follower?: string; nameMark: string; rowMark: string },
): string {
  return [
    `dataset: ${dataset}`,
    `owner: ${owner}`,
    ...(follower === undefined ? [] : [`followers: [${follower}]`]),
    `description: ${nameMark} description`,
    'private: true',
    `provider: {type: files, path: /srv/${rowMark}/*.csv}`,
    'partition: {file: true}',
    'columns:',
    `  - {name: ${nameMark}_column, masked: true, checks: [null_percent: {must_be_less_than: 5}]}`,
    'checks:',
    `  - failed_rows: {name: bad, query: "select * from data where x = '${rowMark}'", must_be: 0}`,
    `notify: [{webhook: {url: "https://example.org/${rowMark}"}}]`,
  ].join('\n');
}

/** Fills a registered dataset with one of everything that the API shows. */
export async function fillMarked(
  database: Database,
  about: { dataset: DatasetName; nameMark: string; rowMark: string },
): Promise<MarkedDataset> {
  const { dataset, nameMark, rowMark } = about;
  const world = new TestWorld(database);
  Object.assign(world, { dataset });
  const partition = `2001-01-01-${nameMark}`;
  const column = `${nameMark}_column`;
  const error = failure('REJECTED_TOO_MANY', `row says ${rowMark}`, { hint: `hint ${rowMark}` });
  await world.ingested(partition, {
    schema: [{ name: column, type: columnType('VARCHAR') }],
    rejected: {
      count: 1,
      samples: [{ file: `/srv/${rowMark}.csv`, row: 1, column, reason: `bad ${rowMark}`, text: rowMark }],
    },
  });
  const revision = world.reference(partition);
  const queryJob = await world.enqueued({ kind: 'check', revision, batches: 1, queries: true });
  const sample = { columns: [column], rows: [[rowMark]] };
  const answer = { value: 1, rows: 10, sample };
  const queried = await database.quality.commitQuery(
    commit(queryJob, 'query', { kind: 'query', queries: 1, failed: 0 }),
    { revision, outcomes: [{ metric: 'failed_rows(bad)', ok: true, answer }] },
  );
  assert.ok(queried.ok);
  const resultOf = (check: string) => resultId(`${dataset}.${check}`);
  const incident = world.incident(unique(`incident-${nameMark}`), {
    firstPartition: partitionKey(partition),
    lines: [
      {
        partition: partitionKey(partition),
        revision: 1,
        check: 'ingest',
        status: 'error',
        text: `it failed: ${rowMark}`,
        severity: 1,
        open: true,
      },
    ],
    log: [{ at: at(1), by: 'assay', text: `opened by ${nameMark}` }],
  });
  const rule = { kind: 'rule', rule: 'empty_partition', detail: nameMark } as const;
  await world.evaluated(
    [
      world.evaluation(partition, {
        values: [value('min', undefined, { column, exact: rowMark })],
        details: [{ metric: 'top_values', column, values: [{ value: rowMark, count: 3 }], countError: 0 }],
        results: [
          world.result(partition, {
            id: resultOf('min'),
            check: `${column}.min`,
            metric: `${column}.min`,
            exact: rowMark,
            status: 'fail',
            record: rule,
          }),
          world.result(partition, {
            id: resultOf('distinct'),
            check: `${column}.distinct_count`,
            metric: `${column}.distinct_count`,
            value: 3,
            status: 'fail',
            record: rule,
          }),
          world.result(partition, {
            id: resultOf('ingest'),
            check: 'ingest',
            status: 'error',
            record: { kind: 'error', code: error.code, message: error.message },
          }),
        ],
      }),
    ],
    [incident],
  );
  const backfill = await world.enqueued({ kind: 'backfill', concurrency: 1 });
  await database.jobs.recordEnds([
    { job: backfill.id, outcome: { ...ended('lookup'), error }, followUps: [] },
  ]);
  const report = await world.enqueued({
    kind: 'report',
    partition: partitionKey(partition),
    failure: error,
  });
  await database.jobs.end([{ id: report.id, end: jobEnd }]);
  await database.outbox.add(
    [
      {
        id: unique(`message-${nameMark}`),
        dataset,
        channel: 'log',
        message: {
          kind: 'ingest_failed',
          dataset,
          status: 'error',
          title: `title ${rowMark}`,
          lines: [rowMark],
          counts: { pass: 0, warn: 0, fail: 0, error: 1, not_evaluated: 0 },
          incidents: [],
          at: at(1),
        },
      },
    ],
    at(1),
  );
  const ids = {
    result: resultOf('distinct'),
    incident: incident.id,
    job: jobId(report.id),
    backfill: jobId(backfill.id),
  };
  return { dataset, nameMark, rowMark, partition, ids };
}

/** Adds somebody and gives them a key. */
export async function addCaller(
  access: Access,
  database: Database,
  wish: {
    readonly email: string;
    readonly admin?: boolean;
    readonly mayRegister?: boolean;
    readonly scope?: KeyScope;
    readonly expiresInDays?: number;
  },
): Promise<{
  readonly user: User;
  readonly keyId: string;
  readonly headers: Readonly<Record<string, string>>;
}> {
  const { email, scope = 'admin', expiresInDays, ...rights } = wish;
  if ((await database.access.users.find(email)) === undefined)
    await access.users.add({ email, name: email, ...rights });
  const user = await database.access.users.find(email);
  assert.ok(user);
  const days = expiresInDays === undefined ? {} : { expiresInDays };
  const made = await access.keys.add(user, { name: 'test', scope, ...days });
  assert.ok(made.ok);
  return { user, keyId: made.value.key.id, headers: { authorization: `Bearer ${made.value.secret}` } };
}
