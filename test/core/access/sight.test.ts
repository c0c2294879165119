import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DatasetName } from '../../../src/base/ids.ts';
import {
  shownDefinition,
  shownDetails,
  shownRejected,
  shownRows,
  shownWork,
  sightOf,
} from '../../../src/core/access/sight.ts';
import { encodeDataset } from '../../../src/core/datasets/decode/encode.ts';
import { decodeDataset } from '../../../src/core/datasets/decode.ts';
import { definitionOf } from '../../conformance/database-fixtures.ts';

const masked = { maskedColumns: ['ssn'] };
const rows = [{ metric: 'failed_rows(x)', count: 1, columns: ['ssn', 'n'], rows: [['123', null]] }];
const details = [
  { metric: 'top_values', column: 'ssn', values: [{ value: '123', count: 2 }], countError: 0 },
  { metric: 'top_values', column: 'city', values: [{ value: 'Rome', count: 2 }], countError: 0 },
];
const rejected = { count: 2, samples: [{ file: 'f', row: 1, reason: '“123” is no number', text: '123,4' }] };

describe('what is shown of a dataset', () => {
  it('is everything to an owner', () => {
    const sight = sightOf('owner', masked);
    assert.equal(shownRows(rows, sight), rows);
    assert.equal(shownDetails(details, sight), details);
    assert.equal(shownRejected(rejected, sight), rejected);
  });

  it('hides masked values from an administrator, whatever a query calls them', () => {
    const sight = sightOf('admin', masked);
    assert.deepEqual(shownRows(rows, sight)[0]?.rows, [['***', null]]);
    assert.deepEqual(
      shownDetails(details, sight).map(({ values }) => values[0]?.value),
      ['***', 'Rome'],
    );
    assert.doesNotMatch(JSON.stringify(shownRejected(rejected, sight)), /123/);
    const open = sightOf('admin', {});
    assert.equal(shownRows(rows, open), rows);
  });

  it('has no rows and no texts of errors for a follower, but their numbers and codes', () => {
    const sight = sightOf('follower', masked);
    assert.deepEqual(shownRows(rows, sight), []);
    assert.deepEqual(shownRejected(rejected, sight), { count: 2, samples: [] });
    const job = {
      id: 'j',
      spec: { kind: 'scan', source: { name: 'db.internal' } },
      tasks: [
        {
          name: 't',
          error: { code: 'REJECTED_TOO_MANY', message: 'row “123”', hint: 'see 123', causes: ['123'] },
        },
      ],
    };
    assert.deepEqual(shownWork(job, sight), {
      id: 'j',
      spec: { kind: 'scan' },
      tasks: [{ name: 't', error: { code: 'REJECTED_TOO_MANY', message: 'Too many rows were rejected' } }],
    });
  });

  it('has no source, statement and receiver for a follower', () => {
    const definition = definitionOf('d' as DatasetName, {
      provider: { type: 'files', path: '/srv/secret/*.csv', format: 'csv' },
      notify: [{ type: 'webhook', url: 'https://secret.example.org/secret' }],
      checks: [
        {
          metric: 'custom_sql',
          name: 'sum',
          settings: { query: 'select secret' },
          threshold: { kind: 'set', level: 'fail', conditions: [] },
        } as never,
      ],
    });
    const shown = shownDefinition(definition, sightOf('follower', definition));
    assert.doesNotMatch(JSON.stringify(shown), /secret/);
    assert.equal(shown.provider.type, 'files');
    assert.equal(shownDefinition(definition, sightOf('admin', definition)), definition);
  });
});

describe('`private` and `masked`', () => {
  const plain = {
    dataset: 'd',
    owner: 'o@example.org',
    provider: { type: 'files', path: '/d/*.csv' },
  };

  it('are read, written out, and left out where they say nothing', () => {
    const read = decodeDataset({ ...plain, private: true, columns: [{ name: 'ssn', masked: true }] });
    assert.ok(read.ok);
    assert.deepEqual([read.value.private, read.value.maskedColumns], [true, ['ssn']]);
    const again = decodeDataset(encodeDataset(read.value));
    assert.deepEqual(again, read);
    const none = decodeDataset({ ...plain, private: false, columns: [{ name: 'ssn', masked: false }] });
    assert.ok(none.ok && !('private' in none.value) && !('maskedColumns' in none.value));
  });

  it('are refused for columns whose values are names of partitions or groups', () => {
    for (const given of [
      { partition: { columns: ['ssn'] }, columns: [{ name: 'ssn', masked: true }] },
      { columns: [{ name: 'ssn', masked: true, segment: true }] },
      { segments: [{ columns: ['ssn'] }], columns: [{ name: 'ssn', masked: true }] },
    ]) {
      const read = decodeDataset({ ...plain, ...given });
      assert.ok(!read.ok);
      assert.match(JSON.stringify(read.error), /masked.*can not be true/);
    }
  });
});
