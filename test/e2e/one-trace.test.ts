import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
import { startService } from '../support/service-process.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

type Line = Readonly<Record<string, unknown>> & { readonly message: string };
type Job = { readonly id: string; readonly kind: string; readonly traceId?: string };

it('one trace id leads from a request over the tasks of its jobs to the delivery of the message', async () => {
  await using hook = await startHttpReceiver();
  const folder = await mkdtemp(join(tmpdir(), 'assay-trace-'));
  await mkdir(join(folder, 'daily'));
  await writeFile(join(folder, 'daily', '2026-01-01.csv'), 'id,amount\n1,5\n2,6\n');
  const service = await startService(join(folder, 'data'), {}, 'debug');
  const { url, client } = service;
  try {
    const yaml = [
      'dataset: daily',
      'owner: owner@example.org',
      'provider: {type: files, path: "daily/*.csv"}',
      'partition: {file: true}',
      `notify: [{webhook: {url: "${hook.url}"}}]`,
    ].join('\n');
    const applied = await client.apply({ yaml, file: 'daily.yaml', baseDirectory: folder });
    assert.ok(applied.ok, JSON.stringify(applied));
    const scan = await fetch(`${url}/api/v1/scans`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent },
      body: JSON.stringify({ dataset: 'daily' }),
    });
    assert.equal(scan.status, 202, await scan.text());

    await eventually('it was told', () => hook.posts.length === 1, 120_000, 50);
    await eventually('the jobs ended', () => endedJobs(service.log()).length === 2, 120_000, 50);
    const told = String(hook.posts[0]?.headers['traceparent']);
    assert.match(told, new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    const answer = await fetch(`${url}/api/v1/jobs?dataset=daily`);
    const all = ((await answer.json()) as { jobs: Job[] }).jobs;
    const jobs = all.filter((job) => job.traceId === traceId);
    assert.deepEqual(
      jobs.map(({ kind }) => kind).toSorted((a, b) => a.localeCompare(b)),
      ['check', 'scan'],
    );
    const shown = (await (await fetch(`${url}/api/v1/jobs/${jobs[0]?.id}`)).json()) as Job;
    assert.equal(shown.traceId, traceId);

    const ids = jobs.map(({ id }) => id);
    const about = linesOf(service.log()).filter(({ job, notification }) => {
      return ids.includes(String(job)) || ids.some((id) => String(notification).startsWith(id));
    });
    assert.deepEqual(
      about.filter((line) => line['traceId'] !== traceId),
      [],
    );
    const begun = about.filter(({ message }) => message === 'an attempt at a task begins');
    assert.deepEqual(
      begun.map(({ task }) => String(task)).toSorted((a, b) => a.localeCompare(b)),
      ['evaluate', 'ingest/2026-01-01', 'lookup', 'measure/0', 'notify'],
    );
    // Each attempt is a span of its own.
    assert.equal(new Set(begun.map(({ spanId }) => spanId)).size, begun.length);
    for (const { node, attempt } of begun) assert.deepEqual([typeof node, attempt], ['string', 1]);
    assert.ok(
      about.some(
        ({ message, channel }) => message === 'a notification was delivered' && channel === 'webhook:0',
      ),
    );
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

function endedJobs(log: string): Line[] {
  return linesOf(log).filter(({ message }) => message === 'a job ended');
}

function linesOf(log: string): Line[] {
  const whole = log.slice(0, log.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}
