import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { readConfig } from '../../src/config/standalone-config.ts';

describe('the configuration', () => {
  it('takes options before the environment, and the environment before the defaults', () => {
    const environment = { ASSAY_PORT: '7000', ASSAY_DATA: '/var/lib/assay', ASSAY_LOG_LEVEL: 'warn' };
    const config = readConfig({ port: '8000' }, environment);
    assert.ok(config.ok);
    const { port, dataDirectory, logLevel, host } = config.value;
    assert.deepEqual(
      { port, dataDirectory, logLevel, host },
      {
        port: 8000,
        dataDirectory: '/var/lib/assay',
        logLevel: 'warn',
        host: '127.0.0.1',
      },
    );
    const fallback = readConfig({}, {});
    assert.ok(fallback.ok);
    assert.equal(fallback.value.dataDirectory, resolve('assay-data'));
    assert.equal(fallback.value.port, 7420);
  });

  it('takes a server by its address or by the directory of its sockets', () => {
    for (const databaseUrl of [
      'postgres://assay:pass%40word@db.example.org:5432/assay?sslmode=verify-full',
      'postgresql:///assay?host=/run/postgresql',
    ]) {
      const config = readConfig({}, { ASSAY_DATABASE_URL: databaseUrl });
      assert.deepEqual(config.ok && config.value.databaseUrl, databaseUrl);
    }
  });

  for (const [options, message] of [
    [{ port: '70000' }, /port.*0 to 65535/],
    [{ port: 'http' }, /port/],
    [{ workers: '0' }, /workers.*1 to 256/],
    [{ workers: '1.5' }, /workers/],
    [{ logLevel: 'loud' }, /log level.*debug, info/],
    [{ databaseUrl: 'mysql://me:hidden@db/assay' }, /^(?!.*hidden).*database URL.*postgres:/],
    [{ databaseUrl: 'postgres://me:hidden@db' }, /^(?!.*hidden).*database URL/],
    [{ databaseUrl: 'db.example.org' }, /database URL/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)} and says what is right`, () => {
      const config = readConfig(options, {});
      assert.ok(!config.ok);
      assert.equal(config.error.code, 'REQUEST_INVALID');
      assert.match(config.error.message, message);
    });
  }
});
