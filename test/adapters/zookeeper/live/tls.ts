import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { permissions } from '../../../../src/adapters/zookeeper/client/protocol.ts';
import { startWatcher } from '../../../../src/adapters/zookeeper/death-watch/death-watch.ts';
import { lastWillOf } from '../../../../src/adapters/zookeeper/death-watch/last-will.ts';
import { createKit } from '../../../../src/compose/kit.ts';
import { openSession } from '../../../../src/compose/session.ts';
import { readZooKeeperTls } from '../../../../src/config/zookeeper-tls.ts';
import { eventually } from '../../../support/eventually.ts';
import { must, mustFail, TestClients } from '../../../support/zookeeper/clients.ts';
import { type Ensemble, startEnsemble } from '../../../support/zookeeper/ensemble.ts';
import { freePorts } from '../../../support/zookeeper/free-ports.ts';

const directory = join(import.meta.dirname, '../tls');
const pem = (name: string) => readFile(join(directory, `${name}.pem`), 'utf8');

describe('TLS', () => {
  let ensemble: Ensemble;
  let clients: TestClients;
  let servers: readonly { readonly host: string; readonly port: number }[];
  before(async () => {
    const [port = 0] = await freePorts(1);
    servers = [{ host: '127.0.0.1', port }];
    ensemble = await startEnsemble({
      servers: 1,
      jars: ['netty-codec', 'netty-resolver'].map((name) => `/usr/share/java/${name}.jar`),
      configuration: [
        `secureClientPort=${port}`,
        'serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory',
        'authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider',
        `ssl.keyStore.location=${join(directory, 'server.pem')}`,
        'ssl.keyStore.type=PEM',
        `ssl.trustStore.location=${join(directory, 'ca.pem')}`,
        'ssl.trustStore.type=PEM',
      ],
    });
    clients = new TestClients(ensemble);
  });
  after(async () => {
    await clients[Symbol.asyncDispose]();
    await ensemble[Symbol.asyncDispose]();
  });

  it('carries a session of a client that is known by its certificate alone', async () => {
    const [ca, certificate, key] = await Promise.all([pem('ca'), pem('client'), pem('client-key')]);
    const client = clients.make({ servers, tls: { ca, certificate, key }, operationTimeoutMs: 20_000 });
    const identities = await must(client.whoAmI());
    assert.ok(identities.some(({ scheme, user }) => scheme === 'x509' && user === 'CN=client'));
    const acl = [{ permissions: permissions.all, scheme: 'x509', id: 'CN=client' }];
    const data = Buffer.alloc(300_000, 'x');
    await must(client.create('/private', { acl, data }));
    assert.deepEqual((await must(client.get('/private'))).data, data);
    assert.equal((await mustFail(clients.make().get('/private'))).code, 'NO_AUTH');
  });

  it('carries the session of a role that its environment tells of three files', async () => {
    const path = (name: string) => join(directory, `${name}.pem`);
    const tls = readZooKeeperTls({
      ASSAY_ZOOKEEPER_CA: path('ca'),
      ASSAY_ZOOKEEPER_CERTIFICATE: path('client'),
      ASSAY_ZOOKEEPER_KEY: path('client-key'),
    });
    assert.ok(tls.ok);
    const session = await openSession(
      createKit({ logLevel: 'silent' }),
      { sessionTimeoutMs: 4_000, zooKeeperTls: tls.value },
      { cluster: 'quality', connectString: servers.map(({ host, port }) => `${host}:${port}`).join(',') },
    );
    assert.equal(session.state(), 'connected');
    assert.equal(await session.leader(), undefined);
    await session.close();
  });

  it('carries the farewell of a watcher too', async () => {
    const [ca, certificate, key] = await Promise.all([pem('ca'), pem('client'), pem('client-key')]);
    const ensembleAddress = { servers, tls: { ca, certificate, key } };
    const client = clients.make({ ...ensembleAddress, operationTimeoutMs: 20_000 });
    await must(client.create('/watched', { mode: 'ephemeral' }));
    const watcher = startWatcher(() => {});
    watcher?.tell(`${JSON.stringify(lastWillOf(client, ensembleAddress))}\n`);
    watcher?.dismiss('');
    await eventually('the session has ended', () => client.state.state === 'expired', 20_000);
  });

  it('is refused by a client to a server whose certificate nobody vouches for, or that has another name', async () => {
    const [ca, other, certificate, key] = await Promise.all(
      ['ca', 'client', 'client', 'client-key'].map(pem),
    );
    assert.ok(ca !== undefined && other !== undefined && certificate !== undefined && key !== undefined);
    const unknown = clients.make({ servers, tls: { ca: other, certificate, key } });
    await eventually('it says why', () => /certificate/.test(unknown.fault ?? ''));
    const misnamed = clients.make({ servers, tls: { ca, certificate, key, serverName: 'zk.example.org' } });
    await eventually('it says why', () => /zk\.example\.org/.test(misnamed.fault ?? ''));
    assert.deepEqual([unknown.state.state, misnamed.state.state], ['connecting', 'connecting']);
  });

  it('is refused by a server to a client without a certificate', async () => {
    const stranger = clients.make({ servers, tls: { ca: await pem('ca') } });
    await eventually('it says why', () => stranger.fault !== undefined);
    assert.equal((await mustFail(stranger.exists('/', { timeoutMs: 500 }))).code, 'NOT_CONNECTED');
  });

  it('is refused at once when its texts are none', () => {
    assert.throws(() => clients.make({ tls: { ca: 'none', certificate: 'none', key: 'none' } }), /PEM/);
  });
});
