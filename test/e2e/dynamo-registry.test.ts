import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import type { Outcome } from '../../src/base/outcome.ts';
import { startDynamo } from '../support/dynamo-server.ts';
import { eventually } from '../support/eventually.ts';
import { runAssay, startService } from '../support/service-process.ts';

const yaml = (owner: string): string => `dataset: sales
owner: ${owner}
description: what was sold
provider: {type: files, path: "data/*.csv"}
partition: {file: true}
publish: {type: periodic, cron: "0 6 * * *"}
checks:
  - row_count: {must_be_greater_than: 1}
`;

it('a service keeps its registry in DynamoDB, through kills, changes and removals, and takes no other', async () => {
  await using dynamo = await startDynamo();
  const directory = mkdtempSync(join(tmpdir(), 'assay-dynamo-'));
  const env = {
    ASSAY_REGISTRY: `dynamodb://assay-registry?region=eu-central-1&endpoint=${dynamo.endpoint}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  mkdirSync(join(directory, 'data'));
  for (const day of ['01', '02', '03']) {
    writeFileSync(join(directory, `data/2026-01-${day}.csv`), 'item,price\na,1\nb,2\n');
  }
  const apply = { file: 'sales.yaml', baseDirectory: directory };
  let service = await startService(join(directory, 'assay'), env);
  try {
    valueOf(await service.client.apply({ ...apply, yaml: yaml('first@example.org') }));
    const scan = valueOf(await service.client.startScan({ dataset: 'sales' }));
    // As soon as the scan runs, or in the middle of it, or after it.
    await service.kill();
    service = await startService(join(directory, 'assay'), env);
    await eventually(
      'it is scanned and checked',
      async () => valueOf(await service.client.scan(scan.id)).state === 'succeeded',
      120_000,
      100,
    );
    const results = valueOf(await service.client.results('sales', { check: 'row_count' }));
    assert.equal(results.results.length, 3);

    valueOf(await service.client.apply({ ...apply, yaml: yaml('second@example.org') }));
    const detail = valueOf(await service.client.dataset('sales'));
    assert.deepEqual(
      [detail.owner, detail.version, detail.lastPartition?.partition],
      ['second@example.org', 2, '2026-01-03'],
    );
    const { datasets } = valueOf(await service.client.datasets());
    assert.deepEqual(
      datasets.map(({ dataset, owner }) => [dataset, owner]),
      [['sales', 'second@example.org']],
    );
    const schedule = await eventually(
      'something was decided about it',
      async () => {
        const view = valueOf(await service.client.schedule('sales'));
        return view.decisions.length > 0 && view;
      },
      60_000,
      100,
    );
    assert.ok(schedule.nextScanAt !== undefined);
    assert.equal(await service.stop(), 0);

    const other = await runAssay(['up', '--data', join(directory, 'assay'), '--port', '0']);
    assert.equal(other.code, 3);
    assert.match(other.err, /REGISTRY_ELSEWHERE/);

    service = await startService(join(directory, 'assay'), env);
    valueOf(await service.client.remove('sales'));
    assert.deepEqual(valueOf(await service.client.datasets()).datasets, []);
    const created = valueOf(await service.client.apply({ ...apply, yaml: yaml('third@example.org') }));
    assert.equal(created.action, 'created');
    assert.deepEqual(valueOf(await service.client.partitions('sales')).partitions, []);
    assert.equal(await service.stop(), 0);
  } finally {
    if (service.child.exitCode === null && service.child.signalCode === null) await service.kill();
    rmSync(directory, { recursive: true, force: true });
  }
});

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.value;
}
