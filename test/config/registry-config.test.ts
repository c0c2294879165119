import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRegistryConfig } from '../../src/config/registry-config.ts';

const read = (given: string | undefined, region?: string) =>
  readRegistryConfig({ ASSAY_REGISTRY: given, AWS_REGION: region });

describe('the configuration of the registry', () => {
  it('is the database unless something else is said', () => {
    for (const given of [undefined, '', 'postgres']) {
      assert.deepEqual(read(given), { ok: true, value: { kind: 'postgres' } });
    }
  });

  it('names a table, its region and perhaps another endpoint', () => {
    assert.deepEqual(read('dynamodb://Assay_Registry-1?region=eu-central-1&endpoint=http://127.0.0.1:8000'), {
      ok: true,
      value: {
        kind: 'dynamodb',
        table: 'Assay_Registry-1',
        region: 'eu-central-1',
        endpoint: 'http://127.0.0.1:8000',
      },
    });
    const found = read('dynamodb://registry', 'us-east-1');
    assert.ok(found.ok && found.value.kind === 'dynamodb');
    assert.equal(found.value.region, 'us-east-1');
  });

  it('says what is right when it is not', () => {
    for (const given of [
      'dynamodb://ab?region=r',
      'dynamodb://table/path?region=r',
      'dynamodb://user:secret@table?region=r',
      'mysql://table',
      'table',
      'dynamodb://table?region=r&endpoint=nowhere',
    ]) {
      const found = read(given);
      assert.ok(!found.ok && found.error.message.includes('dynamodb://TABLE?region=REGION'), given);
      assert.ok(!JSON.stringify(found.error).includes('secret'));
    }
    const noRegion = read('dynamodb://registry');
    assert.ok(!noRegion.ok && noRegion.error.message.includes('region'));
  });
});
