import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeDataset } from '../../../src/core/datasets/decode/encode.ts';
import { decodeDataset } from '../../../src/core/datasets/decode.ts';

/** A provider in YAML's words that is right. */
const right = {
  files: { type: 'files', path: 'data/*.csv', csv: { delimiter: ';' } },
  's3 with keys': {
    type: 's3',
    path: 's3://flights/2001/*.parquet',
    region: 'eu-central-1',
    endpoint: 'https://store.example.org:9000',
    access_key_id: '${env:STORE_KEY}',
    secret_access_key: '${file:store-secret}',
  },
  'http by day': {
    type: 'http',
    url: 'https://example.org/{yyyy}/{MM}/{dd}.csv.gz',
    headers: { authorization: '${env:TOKEN}' },
    format: 'csv',
  },
  'postgres table': {
    type: 'postgres',
    url: '${env:WAREHOUSE}',
    table: 'sales.orders',
    updated_column: 'at',
  },
  'mysql query': { type: 'mysql', url: '${env:SHOP}', query: 'select * from orders' },
  sqlite: { type: 'sqlite', path: 'shop.db', table: 'orders' },
} as const;

/** A provider that is wrong, with what is said of it. */
const wrong = {
  'a password in plain text': [
    { type: 'postgres', url: 'postgresql://me:hunter2@db/x', table: 't' },
    /^provider\.url: must not stand here in plain text/,
  ],
  'a table and a query': [
    { type: 'mysql', url: '${env:A}', table: 't', query: 'select 1' },
    /^provider: must have either table or query/,
  ],
  'half of a key': [
    { type: 's3', path: 's3://bucket/a', access_key_id: '${env:A}' },
    /^provider: must have both access_key_id and secret_access_key/,
  ],
  'credentials of the machine for anybody’s server': [
    { type: 's3', path: 's3://bucket/a', endpoint: 'https://store.example.org' },
    /^provider\.endpoint: goes with access_key_id/,
  ],
  'a bucket without s3': [{ type: 's3', path: 'bucket/a' }, /^provider\.path: must be a bucket/],
  'a token as a header': [
    { type: 'http', url: 'https://a.example/x.csv', headers: { authorization: 'Bearer x' } },
    /^provider\.headers\.authorization: must not stand here in plain text/,
  ],
  'options of another format': [
    { type: 'http', url: 'https://a.example/x', format: 'parquet', csv: { header: true } },
    /^provider\.csv: does not go with format: parquet/,
  ],
} as const;

describe('the provider of a definition', () => {
  for (const [name, provider] of Object.entries(right)) {
    it(`is read and written as the same: ${name}`, () => {
      const decoded = decode({ provider });
      assert.ok(decoded.ok, JSON.stringify(decoded));
      assert.deepEqual(encodeDataset(decoded.value)['provider'], provider);
    });
  }

  for (const [name, [provider, expected]] of Object.entries(wrong)) {
    it(`is refused with a reason that repeats no secret: ${name}`, () => {
      const decoded = decode({ provider });
      assert.ok(!decoded.ok);
      const [issue] = decoded.error;
      const said = `${issue?.path.join('.')}: ${issue?.message}`;
      assert.match(said, expected);
      assert.doesNotMatch(said, /hunter2|Bearer/);
    });
  }

  it('takes MariaDB for MySQL', () => {
    const decoded = decode({ provider: { type: 'mariadb', url: '${env:A}', table: 't' } });
    assert.ok(decoded.ok && decoded.value.provider.type === 'mysql');
  });

  it('has no partitions by file when it is one of tables', () => {
    const decoded = decode({ provider: right.sqlite, partition: { file: true } });
    assert.ok(!decoded.ok);
    assert.match(decoded.error[0]?.message ?? '', /is for files/);
  });
});

function decode(more: Readonly<Record<string, unknown>>) {
  return decodeDataset({ dataset: 'orders', owner: 'me@example.org', ...more });
}
