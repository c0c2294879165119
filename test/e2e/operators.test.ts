import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import type { OperatorMessage } from '../../src/core/notifications/operator-message.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
import { startService } from '../support/service-process.ts';
import { startSmtpReceiver } from '../support/smtp-receiver.ts';
import { temporaryFiles } from '../support/temporary-files.ts';

const rejecting = join(import.meta.dirname, '../support/reject-at-signal.ts');

it('operators hear by e-mail, webhook and chat why a process has ended, and no address stands in its log', async () => {
  await using hook = await startHttpReceiver();
  await using slack = await startHttpReceiver();
  await using smtp = await startSmtpReceiver();
  await using files = await temporaryFiles();
  const secretsFile = await files.write('secrets', `OPS_HOOK=${hook.url}\n`);
  await chmod(secretsFile, 0o600);
  const service = await startService(join(files.directory, 'data'), {
    ASSAY_OPERATORS: 'ops@example.org, webhook:OPS_HOOK, slack:OPS_SLACK',
    ASSAY_SECRETS_FILE: secretsFile,
    OPS_SLACK: slack.url,
    ASSAY_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
    ASSAY_MAIL_FROM: 'assay@example.org',
    NODE_OPTIONS: `--import=${rejecting}`,
  });
  const ended = new Promise((resolve) => service.child.once('exit', resolve));
  service.child.kill('SIGUSR2');
  assert.equal(await ended, 70, service.log());

  assert.deepEqual([hook.posts.length, slack.posts.length, smtp.mails.length], [1, 1, 1], service.log());
  const told = JSON.parse(hook.posts[0]?.body ?? '') as OperatorMessage;
  assert.equal(told.kind, 'operator_error');
  assert.equal(told.error.code, 'INTERNAL');
  assert.equal(told.origin.role, 'standalone');
  assert.equal(told.origin.process, service.child.pid);
  assert.match(String(hook.posts[0]?.headers['idempotency-key']), /^operators\/\w+$/);
  assert.match(slack.posts[0]?.body ?? '', /INTERNAL: the process ends/);
  assert.deepEqual(smtp.mails[0]?.to, ['ops@example.org']);
  assert.match(smtp.mails[0]?.source ?? '', /^Subject: \[Assay\]/m);
  for (const { url } of [hook, slack]) assert.ok(!service.log().includes(url));
});
