import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { DatasetName } from '../../src/base/ids.ts';
import { withRegistry } from '../../src/compose/registry.ts';
import { at, definitionOf } from '../conformance/database-fixtures.ts';
import { startDynamo } from '../support/dynamo-server.ts';
import { databaseTemplate, openAt } from '../support/embedded-database.ts';
import { testKit } from '../support/kit.ts';

it('a registry in DynamoDB takes its keys from the secrets file, and says so when there are none', async () => {
  await using dynamo = await startDynamo();
  const directory = mkdtempSync(join(tmpdir(), 'assay-registry-'));
  // Nothing that the SDK would find by itself.
  Object.assign(process.env, {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(directory, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, 'none'),
  });
  const secretsFile = join(directory, 'secrets');
  writeFileSync(secretsFile, 'AWS_ACCESS_KEY_ID=id\nAWS_SECRET_ACCESS_KEY=hidden\n');
  chmodSync(secretsFile, 0o600);
  const registry = {
    kind: 'dynamodb',
    table: 'assay-registry',
    region: 'eu-central-1',
    endpoint: dynamo.endpoint,
  } as const;
  const kit = { ...testKit(), clock: systemClock };
  const template = await databaseTemplate();
  const open = () => openAt(join(directory, 'database'));
  cpSync(template, join(directory, 'database'), { recursive: true });
  try {
    const without = await withRegistry(kit, await open(), { registry, secretsFile: undefined });
    assert.equal(without.ok ? undefined : without.error.code, 'REGISTRY_UNFIT');
    const opened = await withRegistry(kit, await open(), { registry, secretsFile });
    assert.ok(opened.ok);
    const dataset = 'kept' as DatasetName;
    await opened.value.datasets.apply(definitionOf(dataset), at(1));
    assert.equal((await opened.value.schedules.of([dataset])).get(dataset)?.nextAt, at(1));
    assert.equal(dynamo.calls('PutItem'), 1);
    await opened.value.close();
    const elsewhere = await withRegistry(kit, await open(), { registry: { kind: 'postgres' }, secretsFile });
    assert.equal(elsewhere.ok ? undefined : elsewhere.error.code, 'REGISTRY_ELSEWHERE');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
