import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { allowedAddresses } from '../../../src/adapters/http-files/allowed-addresses.ts';
import { startFileServer } from '../../support/file-server.ts';
import { testCertificates } from '../../support/test-certificates.ts';
import { defineHttp, fetched, httpSource, listed, told } from './http-world.ts';

const signal = new AbortController().signal;

/** Sends the first bytes of a body with all its headers, and then breaks off. */
function breakOff(response: ServerResponse, body: Buffer, bytes: number): void {
  response.writeHead(200, { etag: '"1"', 'content-length': body.length });
  // What arrives together with the end of its connection may be lost: most of it is read by then.
  response.write(body.subarray(0, bytes), () => setTimeout(() => response.destroy(), 50));
}

describe('a file over HTTP that is hard to get', () => {
  it('goes on where the connection broke, as long as it is the same file', async () => {
    await using server = await startFileServer();
    const body = randomBytes(300_000);
    server.put('/data.bin', body, { etag: '"1"' });
    const definition = defineHttp(`${server.url}/data.bin`);
    const source = httpSource();
    const [file] = await listed(source, definition);
    assert.ok(file !== undefined);
    server.instead.set('/data.bin', (request, response) => {
      if (request.headers.range === undefined) return breakOff(response, body, 100_000);
      server.instead.clear();
      // Takes it up by the ordinary way.
      server.serve(request, response);
    });
    const outcome = await fetched(source, definition, file);
    assert.ok(outcome.ok && outcome.value.equals(body), told(outcome));
    const again = server.requests.at(-1);
    assert.match(again?.headers.range ?? '', /^bytes=[1-9]\d*-$/);
    assert.equal(again?.headers['if-range'], '"1"');
  });

  it('is not put together from two files: another one in between is noticed', async () => {
    await using server = await startFileServer();
    const body = randomBytes(300_000);
    server.put('/data.bin', body, { etag: '"1"' });
    const definition = defineHttp(`${server.url}/data.bin`);
    const source = httpSource();
    const [file] = await listed(source, definition);
    assert.ok(file !== undefined);
    server.instead.set('/data.bin', (_, response) => {
      server.instead.clear();
      server.put('/data.bin', randomBytes(300_000), { etag: '"2"' });
      breakOff(response, body, 100_000);
    });
    assert.match(
      told(await fetched(source, definition, { name: file.name, tag: file.tag ?? '' })),
      /^SOURCE_CHANGED.*ETag is "2", and was "1"/,
    );
  });

  it('begins anew where the server can not go on', async () => {
    await using server = await startFileServer();
    const body = randomBytes(100_000);
    let tries = 0;
    server.instead.set('*', (_, response) => {
      if (++tries > 1) return void response.writeHead(200, { 'content-length': body.length }).end(body);
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, 50_000), () => setImmediate(() => response.destroy()));
    });
    const outcome = await fetched(httpSource(), defineHttp(`${server.url}/x.bin`), {
      name: `${server.url}/x.bin`,
    });
    assert.ok(outcome.ok && outcome.value.equals(body));
    assert.ok(server.requests.every(({ headers }) => headers.range === undefined));
  });

  it('fails when it breaks off each time, whether or not its length was promised', async () => {
    await using server = await startFileServer();
    server.instead.set('/promised.csv', (_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('short', () => response.destroy());
    });
    server.instead.set('/chunked.csv', (_, response) => {
      response.writeHead(200);
      response.write('short', () => response.destroy());
    });
    for (const name of ['promised', 'chunked']) {
      const definition = defineHttp(`${server.url}/${name}.csv`);
      const outcome = await fetched(httpSource(), definition, { name: `${server.url}/${name}.csv` });
      assert.match(told(outcome), /^SOURCE_UNAVAILABLE/, name);
    }
  });

  it('is refused when the server promises another length than it listed', async () => {
    await using server = await startFileServer();
    server.put('/data.csv', 'longer than was said');
    const definition = defineHttp(`${server.url}/data.csv`);
    const outcome = await fetched(httpSource(), definition, { name: `${server.url}/data.csv`, sizeBytes: 5 });
    assert.match(told(outcome), /^SOURCE_CHANGED.*Content-Length is 20, and was 5/);
  });

  it('is given up when the server hangs, before or amid the answer, or trickles', async () => {
    await using server = await startFileServer();
    const start = (response: ServerResponse) =>
      response.writeHead(200, { etag: '"1"', 'content-length': '100000' });
    server.instead.set('/never.csv', () => undefined);
    server.instead.set('/amid.csv', (_, response) => void start(response).write('x'));
    server.instead.set('/trickle.csv', (_, response) => {
      start(response);
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    for (const [name, cause] of [
      ['never', /no answer within/],
      ['amid', /1 bytes came|0 bytes came/],
      ['trickle', /bytes came in/],
    ] as const) {
      const definition = defineHttp(`${server.url}/${name}.csv`);
      const outcome = await Promise.race([
        fetched(httpSource(), definition, { name: `${server.url}/${name}.csv` }),
        new Promise<never>((_, reject) => setTimeout(reject, 60_000, new Error(`${name} hangs`)).unref()),
      ]);
      assert.match(told(outcome), /^SOURCE_UNAVAILABLE/, name);
      assert.match(told(outcome), cause);
    }
  });

  it('is let go at once when the task is cancelled', async () => {
    await using server = await startFileServer();
    const cancel = new AbortController();
    const gone = Promise.withResolvers<void>();
    server.instead.set('/data.csv', (_, response) => {
      response.on('close', gone.resolve);
      response
        .writeHead(200, { 'content-length': '100000' })
        .write('x', () => cancel.abort(new Error('cancelled')));
    });
    const pending = fetched(
      httpSource(),
      defineHttp(`${server.url}/data.csv`),
      { name: `${server.url}/data.csv` },
      cancel.signal,
    );
    await assert.rejects(pending, /cancelled/);
    await gone.promise;
  });

  it('tells what each refusal of the server means', async () => {
    await using server = await startFileServer();
    const definition = defineHttp(`${server.url}/data.csv`);
    const file = { name: `${server.url}/data.csv` };
    const means: readonly (readonly [number, RegExp])[] = [
      [401, /^SOURCE_UNREADABLE.*401.*does not let us/],
      [403, /^SOURCE_UNREADABLE.*403/],
      [404, /^SOURCE_NOT_FOUND.*404/],
      [410, /^SOURCE_NOT_FOUND/],
      [418, /^SOURCE_UNREADABLE/],
      [429, /^SOURCE_UNAVAILABLE.*429/],
      [500, /^SOURCE_UNAVAILABLE.*500/],
      [503, /^SOURCE_UNAVAILABLE/],
    ];
    for (const [status, expected] of means) {
      server.instead.set('*', (_, response) => void response.writeHead(status).end('nothing'));
      assert.match(told(await fetched(httpSource(), definition, file)), expected);
    }
    server.instead.set('*', (_, response) => void response.writeHead(429, { 'retry-after': '90' }).end());
    server.requests.length = 0;
    const later = await httpSource().list(definition, signal);
    assert.ok(!later.ok && later.error.retryAfterMs === 90_000);
    const fetchedLater = await fetched(httpSource(), definition, file);
    assert.ok(!fetchedLater.ok && fetchedLater.error.retryAfterMs === 90_000);
    assert.equal(server.requests.length, 2, 'who says when to come again is not asked before');
  });
});

describe('redirections', () => {
  it('are followed, a few of them, and the headers of a definition stay with its server', async () => {
    await using other = await startFileServer();
    await using server = await startFileServer();
    other.put('/there.csv', 'moved');
    server.put('/here.csv', 'moved');
    const headers = { 'x-api-key': { from: 'environment', name: 'KEY' } } as const;
    const to = (location: string) =>
      server.instead.set('/data.csv', (_, response) => void response.writeHead(302, { location }).end());
    const definition = defineHttp(`${server.url}/data.csv`, { headers });
    to('/here.csv');
    await listed(httpSource(), definition);
    assert.equal(server.requests.at(-1)?.headers['x-api-key'], 'value of KEY');
    to(`${other.url}/there.csv`);
    await listed(httpSource(), definition);
    assert.equal(other.requests.at(-1)?.headers['x-api-key'], undefined);
    to('/data.csv');
    assert.match(told(await httpSource().list(definition, signal)), /SOURCE_UNREADABLE.*redirects too often/);
    for (const location of ['ftp://127.0.0.1/x', 'file:///etc/passwd', 'http://user:secret@127.0.0.1/x']) {
      to(location);
      assert.match(told(await httpSource().list(definition, signal)), /SOURCE_UNREADABLE.*redirects/);
    }
  });

  it('do not lead to where nobody may go', async () => {
    await using server = await startFileServer();
    for (const location of [
      'http://169.254.169.254/latest/meta-data/',
      'http://[::1]/',
      'http://0.0.0.0/',
      'http://10.0.0.1/',
    ]) {
      server.instead.set('*', (_, response) => void response.writeHead(302, { location }).end());
      const outcome = await httpSource().list(defineHttp(`${server.url}/data.csv`), signal);
      assert.match(told(outcome), /SOURCE_UNREADABLE.*no public address/, location);
    }
  });
});

describe('addresses that are not public', () => {
  const forms = [
    'http://127.0.0.1/x.csv',
    'http://localhost/x.csv',
    'http://2130706433/x.csv',
    'http://0x7f.1/x.csv',
    'http://017700000001/x.csv',
    'http://127.1/x.csv',
    'http://[::1]/x.csv',
    'http://[::ffff:127.0.0.1]/x.csv',
    'http://[::ffff:a9fe:a9fe]/x.csv',
    'http://[64:ff9b::7f00:1]/x.csv',
    'http://[2002:7f00:1::]/x.csv',
    'http://[fd00::1]/x.csv',
    'http://[fe80::1]/x.csv',
    'http://[::]/x.csv',
    'http://0.0.0.0/x.csv',
    'http://10.1.2.3/x.csv',
    'http://172.31.255.255/x.csv',
    'http://192.168.0.1/x.csv',
    'http://169.254.169.254/x.csv',
    'http://100.100.100.200/x.csv',
    'http://224.0.0.1/x.csv',
    'http://255.255.255.255/x.csv',
  ];
  for (const address of forms) {
    it(`are not asked: ${address}`, async () => {
      const outcome = await httpSource({ allow: [] }).list(defineHttp(address), signal);
      assert.match(told(outcome), /^SOURCE_UNREADABLE.*no public address/);
    });
  }

  it('are asked where the operator allows their network, and no others', async () => {
    await using server = await startFileServer();
    server.put('/x.csv', 'x');
    const definition = defineHttp(`${server.url}/x.csv`);
    assert.match(told(await httpSource({ allow: [] }).list(definition, signal)), /no public address/);
    assert.equal(server.requests.length, 0);
    assert.equal((await listed(httpSource({ allow: ['127.0.0.1/32'] }), definition)).length, 1);
    const named = defineHttp(`${server.url.replace('127.0.0.1', 'localhost')}/x.csv`);
    assert.equal((await listed(httpSource({ allow: ['127.0.0.0/8', '::1/128'] }), named)).length, 1);
  });

  it('are told from public ones at the edges of their networks', () => {
    const allowed = allowedAddresses([]);
    assert.ok(allowed.ok);
    const open = [
      '9.255.255.255',
      '11.0.0.0',
      '172.15.255.255',
      '172.32.0.0',
      '192.167.255.255',
      '8.8.8.8',
      '2606:4700::1111',
      '::ffff:8.8.8.8',
    ];
    assert.deepEqual(
      open.filter((address) => !allowed.value(address)),
      [],
    );
    assert.equal(allowed.value('no address'), false);
    for (const wrong of ['10.0.0.0', '10.0.0.0/33', 'localhost/8', '/8', '::1/129', '10.0.0.0/8/8']) {
      assert.match(told(allowedAddresses([wrong])), /REQUEST_INVALID.*ASSAY_HTTP_ALLOW/, wrong);
    }
  });
});

describe('files over HTTPS', () => {
  it('come from servers whose certificate an authority vouches for, and from no others', async () => {
    const { ca, key, cert } = await testCertificates();
    await using server = await startFileServer({ key, cert });
    server.put('/x.csv', 'x');
    const definition = defineHttp(`${server.url}/x.csv`);
    assert.equal((await listed(httpSource({ ca }), definition)).length, 1);
    const outcome = await httpSource().list(definition, signal);
    assert.match(told(outcome), /^SOURCE_UNREADABLE.*certificate .* can not be trusted/);
    await using plain = await startFileServer();
    plain.put('/x.csv', 'x');
    server.instead.set(
      '*',
      (_, response) => void response.writeHead(301, { location: `${plain.url}/x.csv` }).end(),
    );
    assert.match(told(await httpSource({ ca }).list(definition, signal)), /redirects from https to http/);
    assert.equal(plain.requests.length, 0);
  });
});
