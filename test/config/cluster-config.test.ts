import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ClusterOptions, readClusterConfig } from '../../src/config/cluster-config.ts';

describe('the configuration of a cluster on one machine', () => {
  it('takes options before the environment, and the environment before the defaults', () => {
    const usual = readClusterConfig({ clusterOf: '3' }, { ASSAY_DATA: '/var/lib/assay', ASSAY_PORT: '8080' });
    assert.deepEqual(usual, {
      ok: true,
      value: {
        dataDirectory: '/var/lib/assay',
        nodesPerCluster: 3,
        slots: 2,
        zones: ['a', 'b', 'c'],
        port: 8080,
        logLevel: 'info',
        secretsFile: undefined,
        access: { mode: 'on', operatorKeyFile: undefined, trustedProxies: [] },
      },
    });
    const given = readClusterConfig(
      { clusterOf: '1', slots: '5', zones: 'east, west', port: '0', data: '/data' },
      { ASSAY_PORT: '8080' },
    );
    assert.ok(given.ok);
    const { dataDirectory, slots, zones, port } = given.value;
    assert.deepEqual([dataDirectory, slots, zones, port], ['/data', 5, ['east', 'west'], 0]);
  });

  const wrong: readonly (readonly [Partial<ClusterOptions>, RegExp])[] = [
    [{ clusterOf: '0' }, /the number of nodes is not valid/],
    [{ clusterOf: '33' }, /from 1 to 32/],
    [{ clusterOf: 'many' }, /the number of nodes is not valid/],
    [{ slots: '0' }, /the number of slots is not valid/],
    [{ zones: '' }, /the list of zones is not valid/],
    [{ zones: 'a,a' }, /different names/],
    [{ zones: 'a,../b' }, /the list of zones is not valid/],
    [{ port: '70000' }, /the port is not valid/],
    [{ host: '0.0.0.0' }, /without `--host`/],
    [{ workers: '4' }, /without `--host`, `--workers`/],
    [{ databaseUrl: 'postgres://me@db/assay' }, /and `--database-url`/],
  ];
  for (const [options, message] of wrong) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const read = readClusterConfig({ clusterOf: '1', ...options }, {});
      assert.ok(!read.ok);
      assert.equal(read.error.code, 'REQUEST_INVALID');
      assert.match(read.error.message, message);
    });
  }
});
