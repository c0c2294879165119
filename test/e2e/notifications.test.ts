import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
import { startService } from '../support/service-process.ts';
import { startSmtpReceiver } from '../support/smtp-receiver.ts';

const password = 'a-password-of-the-test';

it('a failing partition is told once on every channel, its incident stays one conversation, and no secret shows', async () => {
  await using hook = await startHttpReceiver();
  await using slack = await startHttpReceiver();
  await using teams = await startHttpReceiver();
  await using smtp = await startSmtpReceiver({
    allowInsecureAuth: true,
    onAuth: ({ username, password: given }, _, callback) =>
      given === password ? callback(null, { user: username }) : callback(new Error('no')),
  });
  const folder = await mkdtemp(join(tmpdir(), 'assay-notifications-'));
  await mkdir(join(folder, 'daily'));
  await writeFile(join(folder, 'daily', '2026-01-01.csv'), 'id,amount\n1,5\n2,6\n');
  const service = await startService(join(folder, 'data'), {
    ASSAY_TEST_SLACK: slack.url,
    ASSAY_TEST_TEAMS: teams.url,
    ASSAY_SMTP_URL: `smtp://assay:${password}@127.0.0.1:${smtp.port}`,
    ASSAY_MAIL_FROM: 'assay@example.org',
    ASSAY_PUBLIC_URL: 'https://assay.example.org/',
  });
  try {
    const yaml = [
      'dataset: daily',
      'owner: owner@example.org',
      'followers: [follower@example.org]',
      'provider: {type: files, path: "daily/*.csv"}',
      'partition: {file: true}',
      'checks: [{row_count: {must_be_greater_than: 100}}]',
      'notify:',
      `  - webhook: {url: "${hook.url}"}`,
      '  - slack: {url: "${env:ASSAY_TEST_SLACK}"}',
      '  - teams: {url: "${env:ASSAY_TEST_TEAMS}"}',
      '  - email: {}',
    ].join('\n');
    const applied = await service.client.apply({ yaml, file: 'daily.yaml', baseDirectory: folder });
    assert.ok(applied.ok, JSON.stringify(applied));
    assert.ok((await service.client.startScan({ dataset: 'daily' })).ok);

    await eventually('all were told', () => smtp.mails.length === 2, 120_000, 50);
    assert.deepEqual(
      smtp.mails.map(({ to }) => to),
      [['owner@example.org'], ['follower@example.org']],
    );
    assert.deepEqual([hook.posts.length, slack.posts.length, teams.posts.length], [1, 1, 1]);
    for (const { body } of [...slack.posts, ...teams.posts]) {
      assert.match(body, /✗ fail: daily 2026-01-01: /);
      assert.match(body, /https:\/\/assay\.example\.org\/incidents\//);
    }
    const digest = JSON.parse(hook.posts[0]?.body ?? '') as { incidents: { id: string; event: string }[] };
    const [incident] = digest.incidents;
    assert.equal(incident?.event, 'opened');

    const resolved = await service.client.resolve(incident.id, { by: 'ann', reason: 'real_error' });
    assert.ok(resolved.ok, JSON.stringify(resolved));
    await eventually('the end was told', () => smtp.mails.length === 4, 120_000, 50);
    const references = smtp.mails.map(({ source }) => /^References: (.+)$/im.exec(source)?.[1]);
    assert.equal(new Set(references).size, 1);
    assert.ok(references[0] !== undefined);
    const end = JSON.parse(hook.posts[1]?.body ?? '') as {
      kind: string;
      incidents: { id: string; event: string }[];
    };
    assert.equal(end.kind, 'incident_changed');
    assert.deepEqual(
      end.incidents.map(({ id, event }) => [id, event]),
      [[incident.id, 'resolved']],
    );

    const shown = await service.client.dataset('daily');
    for (const text of [service.log(), JSON.stringify(shown)]) {
      assert.doesNotMatch(text, new RegExp(password));
      for (const { url } of [slack, teams]) assert.ok(!text.includes(url));
    }
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
