import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LinkLocalAddress, lookupElsewhere } from '../../../src/adapters/s3/link-local.ts';
import type { PartitionRule } from '../../../src/core/datasets/definition.ts';
import type { S3Trouble } from '../../support/s3/s3-server.ts';
import { createS3World } from './s3-world.ts';

const none: PartitionRule = { kind: 'none' };

const answers: readonly (readonly [S3Trouble & { code: string }, code: string, hint: RegExp])[] = [
  [{ status: 403, code: 'AccessDenied' }, 'SOURCE_UNREADABLE', /s3:ListBucket/],
  [{ status: 403, code: 'InvalidAccessKeyId' }, 'SOURCE_UNREADABLE', /access_key_id/],
  [{ status: 400, code: 'ExpiredToken' }, 'SOURCE_UNREADABLE', /Renew/],
  [{ status: 400, code: 'InvalidToken' }, 'SOURCE_UNREADABLE', /access_key_id/],
  [{ status: 403, code: 'RequestTimeTooSkewed' }, 'SOURCE_UNREADABLE', /clock/],
  [{ status: 404, code: 'NoSuchBucket' }, 'SOURCE_NOT_FOUND', /name of the bucket/],
  [
    { status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'eu-central-1' } },
    'SOURCE_UNREADABLE',
    /region: eu-central-1/,
  ],
];

describe('a store that refuses', () => {
  for (const [trouble, code, hint] of answers) {
    it(`is told as what it is: ${trouble.code}`, async () => {
      await using world = await createS3World();
      // Some stores repeat what they were given.
      world.secrets['key'] = 'very secret';
      world.server.trouble = () => ({ ...trouble, message: 'you said very secret' });
      const problem = await world.refusal(world.define('a.csv', none));
      assert.equal(problem.code, code);
      assert.match(problem.hint ?? '', hint);
      assert.ok(problem.message.startsWith('s3://bucket/a.csv '));
      assert.ok(!JSON.stringify(problem).includes('very secret'), JSON.stringify(problem));
      assert.equal(world.server.requests.length, 1, 'it is not tried again');
    });
  }

  it('is no store at all, but a page', async () => {
    await using world = await createS3World();
    const page = { status: 200, code: '', headers: { 'content-type': 'text/html' } };
    world.server.trouble = () => ({ ...page, message: '</p><br>' });
    const problem = await world.refusal(world.define('a.csv', none));
    assert.equal(problem.code, 'SOURCE_UNREADABLE');
    assert.match(problem.hint ?? '', /endpoint/);
  });

  it('because of the region, which it names', async () => {
    await using world = await createS3World({ region: 'eu-west-3' });
    const problem = await world.refusal(world.define('a.csv', none));
    assert.match(problem.hint ?? '', /region: eu-west-3/);
    await world.server.put('a.csv', 'x\n1\n');
    await world.list(world.define('a.csv', none, { region: 'eu-west-3' }));
  });
});

describe('an endpoint', () => {
  for (const endpoint of [
    'http://169.254.169.254',
    'http://[::ffff:169.254.170.2]:80',
    'https://[fe80::1]',
    'http://0xa9fea9fe/',
  ]) {
    it(`is none at a link-local address: ${endpoint}`, async () => {
      await using world = await createS3World();
      const problem = await world.refusal(world.define('a.csv', none, { endpoint }));
      assert.equal(problem.code, 'SOURCE_UNREADABLE');
      assert.match(problem.message, /link-local/);
    });
  }

  it('may have a name, which is looked at when it is connected to', async () => {
    await using world = await createS3World();
    await world.server.put('a.csv', 'x\n1\n');
    const endpoint = world.server.endpoint.replace('127.0.0.1', 'localhost');
    await world.list(world.define('a.csv', none, { endpoint }));
    const refused = await new Promise((resolve) => {
      lookupElsewhere('169.254.169.254', { all: true }, resolve);
    });
    assert.ok(refused instanceof LinkLocalAddress);
  });
});

describe('credentials', () => {
  it('are looked up for each request, so that new ones count at once', async () => {
    await using world = await createS3World();
    await world.server.put('a.csv', 'x\n1\n');
    const definition = world.define('a.csv', none);
    await world.list(definition);
    world.secrets['key'] = 'a wrong one';
    const problem = await world.refusal(definition);
    assert.match(problem.message, /does not accept these credentials/);
    assert.ok(!JSON.stringify(problem).includes('a wrong one'));
    world.secrets['key'] = 'S3RVER';
    await world.list(definition);
  });

  it('carry their session token', async () => {
    await using world = await createS3World();
    await world.server.put('a.csv', 'x\n1\n');
    world.secrets['token'] = 'of a session';
    world.server.requests.length = 0;
    await world.list(world.define('a.csv', none, { sessionToken: { from: 'environment', name: 'token' } }));
    assert.equal(world.server.requests[0]?.headers['x-amz-security-token'], 'of a session');
  });

  it('are those of the machine when none are named, and missed when it has none', async () => {
    await using world = await createS3World();
    await world.server.put('a.csv', 'x\n1\n');
    const { provider, ...rest } = world.define('a.csv', none);
    assert.ok(provider.type === 's3');
    const { type, path, endpoint } = provider;
    const definition = { ...rest, provider: { type, path, ...(endpoint === undefined ? {} : { endpoint }) } };
    const own = {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/none',
      AWS_SHARED_CREDENTIALS_FILE: '/none',
    };
    const before = { ...process.env };
    Object.assign(process.env, own);
    try {
      const problem = await world.refusal(definition);
      assert.match(problem.message, /there are no credentials/);
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' });
      await world.list(definition);
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    }
  });
});
