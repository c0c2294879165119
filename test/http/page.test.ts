import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import { servePage } from '../../src/http/page.ts';

describe('the page', () => {
  let directory: string;
  let app: FastifyInstance;
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-page-'));
    directory = join(folder, 'dist');
    await build(directory, 'one');
    app = Fastify();
    servePage(app, directory);
  });
  afterEach(async () => {
    await app.close();
    await rm(join(directory, '..'), { recursive: true, force: true });
  });

  it('is one document at every address of people, asked for anew each time, with a policy', async () => {
    for (const url of ['/', '/datasets/flights/checks?partition=2001-07-02']) {
      const answer = await app.inject({ url, headers: { accept: 'text/html' } });
      assert.equal(answer.statusCode, 200);
      assert.match(answer.body, /one/);
      assert.equal(answer.headers['cache-control'], 'no-cache');
      assert.match(String(answer.headers['content-security-policy']), /default-src 'self'/);
    }
  });

  it('takes nothing of the API, and nothing that programs ask for', async () => {
    const [api, program] = [
      await app.inject({ url: '/api/v1/nothing', headers: { accept: 'text/html' } }),
      await app.inject({ url: '/nothing', headers: { accept: 'application/json' } }),
    ];
    assert.deepEqual([api.statusCode, program.statusCode], [404, 404]);
  });

  it('keeps its assets for ever, since their names change with them', async () => {
    const answer = await app.inject('/assets/one.js');
    assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.match(answer.body, /one/);
  });

  it('lets nobody out of its folder', async () => {
    await writeFile(join(directory, '../secret'), 'secret');
    for (const url of ['/assets/../../secret', '/assets/%2e%2e/%2e%2e/secret', '/assets/..%2f..%2fsecret']) {
      assert.notEqual((await app.inject(url)).body, 'secret', url);
    }
  });

  it('that was built anew while the service runs is served as it lies there then', async () => {
    await app.ready();
    await build(`${directory}.next`, 'two');
    await rm(directory, { recursive: true });
    await rename(`${directory}.next`, directory);
    assert.match((await app.inject({ url: '/', headers: { accept: 'text/html' } })).body, /two/);
    assert.equal((await app.inject('/assets/two.js')).statusCode, 200);
    assert.equal((await app.inject('/assets/one.js')).statusCode, 404);
  });
});

async function build(directory: string, name: string): Promise<void> {
  await mkdir(join(directory, 'assets'), { recursive: true });
  await writeFile(join(directory, 'index.html'), `<script src="/assets/${name}.js"></script>`);
  await writeFile(join(directory, `assets/${name}.js`), `// ${name}`);
}
