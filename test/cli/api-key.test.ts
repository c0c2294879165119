import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FailureError, failure } from '../../src/base/errors.ts';
import { fail, succeed } from '../../src/base/outcome.ts';
import { apiKeyFor } from '../../src/cli/client/api-key.ts';

describe('the key that the command line uses', () => {
  const files: Record<string, string> = {
    '/home/ana/assay-data/operator.key': 'own',
    '/data/operator.key': 'named',
    '/k': 'file',
  };
  const places = (environment: Record<string, string> = {}) => ({
    environment,
    workingDirectory: '/home/ana',
    readKey: async (path: string) => succeed(files[path]),
  });
  const here = { url: 'http://127.0.0.1:7420' };

  it('is that of a named file, of the environment, or of the data directory', async () => {
    assert.equal(await apiKeyFor(places({ ASSAY_API_KEY: 'given' }), { ...here, file: '/k' }), 'file');
    assert.equal(await apiKeyFor(places({ ASSAY_API_KEY: 'given' }), here), 'given');
    assert.equal(await apiKeyFor(places(), here), 'own');
    assert.equal(await apiKeyFor(places({ ASSAY_DATA: '/data' }), here), 'named');
    assert.equal(await apiKeyFor(places({ ASSAY_DATA: '/none' }), here), undefined);
  });

  it('never sends the operator’s key to another machine', async () => {
    for (const url of ['http://assay.example.org', 'http://127.0.0.1.example.org', 'http://10.0.0.1:7420'])
      assert.equal(await apiKeyFor(places(), { url }), undefined, url);
    for (const url of ['http://localhost:1', 'http://[::1]:1', 'http://127.8.0.1'])
      assert.equal(await apiKeyFor(places(), { url }), 'own', url);
  });

  it('is none where the directory is somebody else’s', async () => {
    const closed = {
      ...places(),
      readKey: async () => fail(failure('OPERATOR_KEY_UNFIT', 'can not be read')),
    };
    assert.equal(await apiKeyFor(closed, here), undefined);
    await assert.rejects(apiKeyFor(closed, { ...here, file: '/k' }), FailureError);
  });

  it('is missing where the named file is', async () => {
    await assert.rejects(apiKeyFor(places(), { ...here, file: 'none' }), FailureError);
  });
});
