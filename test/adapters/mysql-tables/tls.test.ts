import assert from 'node:assert/strict';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Failure } from '../../../src/base/errors.ts';
import { startMariadb } from '../../support/mariadb-server.ts';
import { patiently, readerOf } from './mysql-kit.ts';

const certificates = join(import.meta.dirname, '..', 'zookeeper', 'tls');
const authority = join(certificates, 'ca.pem');
const stranger = join(certificates, 'client.pem');

const server = await startMariadb(async (directory) => {
  const pem = join(directory, 'server.pem');
  await copyFile(join(certificates, 'server.pem'), pem);
  return [`--ssl-cert=${pem}`, `--ssl-key=${pem}`];
});
const plainServer = await startMariadb();
after(() => Promise.all([server[Symbol.asyncDispose](), plainServer[Symbol.asyncDispose]()]));

const whichCipher = {
  query:
    "select variable_value as cipher from information_schema.session_status where variable_name = 'ssl_cipher' and variable_value <> ''",
};

/** No partition where there is no row. */
const byCipher = { kind: 'columns', columns: ['cipher'] } as const;

/** Asks for the encryption of the connection: how many rows say that there is one, or why there is none. */
async function connect(
  address: string,
  options: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<number | Failure> {
  await using reader = await readerOf(`${address}?${options}`, whichCipher, { environment });
  const request = { definition: reader.define(byCipher), known: undefined, wait: patiently() };
  const outcome = await reader.provider.partitions(request);
  return outcome.ok ? outcome.value.partitions.length : outcome.error;
}

function isRefused(found: number | Failure): boolean {
  return (
    typeof found !== 'number' &&
    found.code === 'SOURCE_UNREADABLE' &&
    /with TLS as asked for/.test(found.message)
  );
}

describe('connections to MySQL servers by TLS', () => {
  it('are protected where the server can do it, unless somebody says that they must not be', async () => {
    const [address, plain] = [await server.createDatabase(), await plainServer.createDatabase()];
    assert.equal(await connect(address, ''), 1);
    assert.equal(await connect(address, 'ssl-mode=disabled'), 0);
    assert.equal(await connect(plain, ''), 0);
  });

  it('are refused where they must be protected and the server can not do it', async () => {
    assert.ok(isRefused(await connect(await plainServer.createDatabase(), 'ssl-mode=REQUIRED')));
  });

  it('take only a server whose certificate the authority has signed, if one is given', async () => {
    const address = await server.createDatabase();
    assert.equal(await connect(address, 'ssl-mode=required'), 1);
    assert.equal(await connect(address, `ssl-mode=verify-ca&ssl-ca=${authority}`), 1);
    assert.equal(await connect(address, `ssl-ca=${authority}`), 1);
    assert.ok(isRefused(await connect(address, `ssl-ca=${stranger}`)));
    assert.ok(
      isRefused(await connect(address, 'ssl-mode=verify_ca')),
      'nobody that all machines trust has signed it',
    );
  });

  it('take the authority from a secret', async () => {
    const address = await server.createDatabase();
    const environment = { SHOP_CA: await readFile(authority, 'utf8') };
    assert.equal(await connect(address, 'ssl-ca=env:SHOP_CA', environment), 1);
    const missing = await connect(address, 'ssl-ca=env:OTHER', environment);
    assert.ok(typeof missing !== 'number' && missing.code === 'SECRET_MISSING');
  });

  it('compare the name of the host, if that is asked for, which must be one', async () => {
    const address = await server.createDatabase();
    const options = `ssl-mode=verify-identity&ssl-ca=${authority}`;
    assert.equal(await connect(address.replace('127.0.0.1', 'localhost'), options), 1);
    const nameless = await connect(address, options);
    assert.ok(typeof nameless !== 'number' && /no name of a host/.test(nameless.message));
  });
});
