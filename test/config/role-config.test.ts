import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { RoleOptions } from '../../src/cli/dependencies.ts';
import { readRoleConfig } from '../../src/config/role-config.ts';
import type { Environment } from '../../src/config/settings.ts';

const environment: Environment = {
  ASSAY_DATABASE_URL: 'postgres://assay:hidden@db/assay',
  ASSAY_ZOOKEEPER: 'zk1:2181,zk2:2181,zk3:2181/assay',
};

function read(options: RoleOptions, more: Environment = {}) {
  return readRoleConfig(options, { ...environment, ...more });
}

describe('the configuration of a role', () => {
  it('takes options before the environment, and the environment before the defaults', () => {
    const config = read(
      { role: 'node', cluster: 'quality', zone: 'b', slots: '3', memoryMb: '512' },
      { ASSAY_ZONE: 'a', ASSAY_REGION: 'eu', ASSAY_SLOTS: '7', ASSAY_SESSION_TIMEOUT_MS: '2000' },
    );
    assert.ok(config.ok && config.value.role === 'node');
    const { zone, region, slots, memoryMb, sessionTimeoutMs, port, host, batches, name } = config.value;
    assert.deepEqual(
      { zone, region, slots, memoryMb, sessionTimeoutMs, port, host, batches },
      {
        zone: 'b',
        region: 'eu',
        slots: 3,
        memoryMb: 512,
        sessionTimeoutMs: 2_000,
        port: 0,
        host: '127.0.0.1',
        batches: { kind: 'postgres' },
      },
    );
    assert.match(name, /^node-quality-./);
  });

  it('takes the ensemble of one cluster before that of both', () => {
    const own = { ASSAY_ZOOKEEPER_QUALITY: 'other:2181' };
    const api = read({ role: 'api' }, own);
    assert.ok(api.ok && api.value.role === 'api');
    assert.deepEqual(api.value.zooKeeper, {
      ingestion: environment['ASSAY_ZOOKEEPER'],
      quality: 'other:2181',
    });
    const manager = read({ role: 'manager', cluster: 'quality', zookeeper: 'given:2181' }, own);
    assert.ok(manager.ok && manager.value.role === 'manager');
    assert.equal(manager.value.zooKeeper, 'other:2181');
  });

  it('needs no ensemble for a scheduler, which is elected in the database', () => {
    const config = read(
      { role: 'scheduler', batches: 'directory:/srv/batches' },
      { ASSAY_ZOOKEEPER: undefined },
    );
    assert.ok(config.ok && config.value.role === 'scheduler');
    assert.deepEqual(config.value.batches, { kind: 'directory', directory: '/srv/batches' });
  });

  it('keeps batches in a bucket when it is told to', () => {
    const more = { ASSAY_BATCHES: 's3://batches/assay', ASSAY_BATCHES_ENDPOINT: 'http://minio:9000' };
    const config = read({ role: 'scheduler' }, more);
    assert.ok(config.ok && config.value.role === 'scheduler');
    assert.deepEqual(config.value.batches, {
      kind: 's3',
      bucket: 'batches',
      prefix: 'assay/',
      region: undefined,
      endpoint: 'http://minio:9000',
    });
  });

  for (const [options, more, message] of [
    [{ role: 'manager' }, {}, /cluster is not valid: it must be ingestion or quality/],
    [{ role: 'node', cluster: 'both' }, {}, /cluster is not valid/],
    [
      { role: 'manager', cluster: 'quality' },
      { ASSAY_ZOOKEEPER: undefined },
      /ensemble of the quality cluster is not named/,
    ],
    [
      { role: 'api' },
      { ASSAY_ZOOKEEPER_INGESTION: 'zk1:x' },
      /connect string "zk1:x" is not valid: “zk1:x” is no server/,
    ],
    [{ role: 'manager', cluster: 'quality', zookeeper: 'zk1:2181/a//b' }, {}, /connect string/],
    [{ role: 'scheduler' }, { ASSAY_DATABASE_URL: undefined }, /the database is not named/],
    [{ role: 'scheduler' }, { ASSAY_DATABASE_URL: 'mysql://u:hidden@db/a' }, /^(?!.*hidden).*database URL/],
    [{ role: 'node', cluster: 'quality', slots: '0' }, {}, /number of slots.*1 to 256/],
    [{ role: 'node', cluster: 'quality', memoryMb: '10' }, {}, /memory in MiB.*256 to/],
    [{ role: 'node', cluster: 'quality', batches: 's3' }, {}, /place of batches.*postgres.*directory:/],
    [{ role: 'node', cluster: 'quality', batches: 'directory:here' }, {}, /place of batches.*absolute/],
    [{ role: 'scheduler', batches: 's3://B/x' }, {}, /place of batches/],
    [{ role: 'scheduler', batches: 's3://batches/../x y' }, {}, /place of batches/],
    [
      { role: 'scheduler', batches: 's3://batches' },
      { ASSAY_BATCHES_ENDPOINT: 'https://user:hidden@minio' },
      /^(?!.*hidden).*endpoint of batches/,
    ],
    [{ role: 'scheduler', name: 'a/b' }, {}, /name is not valid/],
    [{ role: 'scheduler', zone: 'eu west' }, {}, /zone is not valid/],
    [{ role: 'scheduler' }, { ASSAY_REGION: '' }, /region is not valid/],
    [{ role: 'scheduler', port: '70000' }, {}, /port.*0 to 65535/],
    [{ role: 'scheduler', sessionTimeout: '1' }, {}, /session time-out.*500 to 120000/],
    [{ role: 'scheduler', logLevel: 'loud' }, {}, /log level/],
  ] as const) {
    it(`refuses ${JSON.stringify({ ...options, ...more })} and says what is right`, () => {
      const config = read(options, more);
      assert.ok(!config.ok);
      assert.equal(config.error.code, 'REQUEST_INVALID');
      assert.match(config.error.message, message);
    });
  }
});

describe('TLS to the ensembles', () => {
  const pem = (name: string) => join(import.meta.dirname, `../adapters/zookeeper/tls/${name}.pem`);
  const node = { role: 'node', cluster: 'quality' } as const;

  it('is read from PEM files, the own certificate where the servers ask for one', () => {
    const plain = read(node);
    assert.ok(plain.ok);
    assert.equal(plain.value.zooKeeperTls, undefined);
    const mutual = read(node, {
      ASSAY_ZOOKEEPER_CA: pem('ca'),
      ASSAY_ZOOKEEPER_CERTIFICATE: pem('client'),
      ASSAY_ZOOKEEPER_KEY: pem('client-key'),
    });
    assert.ok(mutual.ok);
    assert.match(mutual.value.zooKeeperTls?.ca ?? '', /BEGIN CERTIFICATE/);
    assert.match(mutual.value.zooKeeperTls?.key ?? '', /PRIVATE KEY/);
  });

  it('is refused when a file is missing, is none, or has no partner', () => {
    const faults = [
      [{ ASSAY_ZOOKEEPER_CA: '/nowhere/ca.pem' }, /ENOENT/],
      [{ ASSAY_ZOOKEEPER_CA: pem('ca'), ASSAY_ZOOKEEPER_CERTIFICATE: pem('client') }, /only one of/],
      [
        {
          ASSAY_ZOOKEEPER_CA: pem('ca'),
          ASSAY_ZOOKEEPER_CERTIFICATE: import.meta.filename,
          ASSAY_ZOOKEEPER_KEY: pem('client-key'),
        },
        /can not be set up/,
      ],
      [{ ASSAY_ZOOKEEPER_KEY: pem('client-key') }, /ASSAY_ZOOKEEPER_CA is not set/],
    ] as const;
    for (const [more, said] of faults) {
      const refused = read(node, more);
      assert.ok(!refused.ok);
      assert.equal(refused.error.code, 'REQUEST_INVALID');
      assert.match(refused.error.message, said);
      assert.doesNotMatch(JSON.stringify(refused.error), /BEGIN/);
    }
  });
});
