import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An authority made for a test, and a certificate of it for this machine's loopback address, all in PEM. Needs `openssl`. */
export async function testCertificates(): Promise<{
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-certificates-'));
  const openssl = (text: string) => run('openssl', text.split(' '), { cwd: directory });
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
  try {
    await openssl(`req -x509 ${key} -keyout ca.key -out ca.pem -days 2 -subj /CN=assay-test-authority`);
    await openssl(`req ${key} -keyout server.key -out server.csr -subj /CN=localhost`);
    await writeFile(join(directory, 'names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
    await openssl(
      'x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names',
    );
    const read = (name: string) => readFile(join(directory, name), 'utf8');
    return { ca: await read('ca.pem'), key: await read('server.key'), cert: await read('server.pem') };
  } finally {
    await rm(directory, { recursive: true });
  }
}
