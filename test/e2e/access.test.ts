import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { runAssay, startService } from '../support/service-process.ts';

it('a new service asks for a sign-in, knows its operator by the data directory, and prints one link', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'assay-access-'));
  const data = join(directory, 'data');
  const on = { ASSAY_ACCESS: 'on' };
  try {
    const first = await startService(data, on);
    const said: string[] = [];
    first.child.stdout?.on('data', (chunk: Buffer) => said.push(chunk.toString('utf8')));
    assert.equal((await stat(join(data, 'operator.key'))).mode & 0o777, 0o600);
    const nobody = await runAssay(['datasets', '--url', first.url], { ...on, ASSAY_DATA: directory });
    assert.equal(nobody.code, 3);
    assert.match(nobody.err, /SIGN_IN_REQUIRED/);
    const operator = await runAssay(['datasets', '--url', first.url], { ...on, ASSAY_DATA: data });
    assert.equal(operator.code, 0, operator.err);
    const link = await runAssay(['admin-link', '--url', first.url], { ...on, ASSAY_DATA: data });
    const token = /\/setup\?token=([\w-]{43})/.exec(link.out)?.[1];
    assert.ok(token !== undefined, link.out);
    const body = { token, email: 'a@example.org', name: 'A', password: 'a long sentence' };
    const headers = { 'content-type': 'application/json' };
    const setup = await fetch(`${first.url}/api/v1/setup`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    assert.equal(setup.status, 200);
    assert.ok(!first.log().includes('token='), 'no link in the log');
    await first.stop();
    const second = await startService(data, on);
    const session = (await (await fetch(`${second.url}/api/v1/session`)).json()) as { setupNeeded: boolean };
    assert.equal(session.setupNeeded, false);
    await second.stop();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
