import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partitionKey } from '../../src/base/ids.ts';
import { instant } from '../../src/base/units.ts';
import type { ResultStatus } from '../../src/core/checks/result.ts';
import type { DatasetView } from '../../src/services/registry/registry.ts';
import { attentionOf, matching, sorted } from '../../web/src/pages/overview/find-datasets.ts';
import { datasetOf } from '../support/names.ts';

describe('the datasets of the overview', () => {
  it('want attention by their incidents and by the verdict on their newest partition', () => {
    assert.equal(attentionOf(view('a', 'fail')), 'failing');
    assert.equal(attentionOf(view('a', 'error')), 'failing');
    assert.equal(attentionOf(view('a', 'pass', 1)), 'failing', 'an open incident outlives a good day');
    assert.equal(attentionOf(view('a', 'warn')), 'warning');
    assert.equal(attentionOf(view('a', 'not_evaluated')), 'passing');
    assert.equal(attentionOf(view('a', undefined)), 'waiting');
  });

  it('stand with the ones that want something first, then by name', () => {
    const all = [
      view('z', 'pass'),
      view('b', 'pass'),
      view('w', 'warn'),
      view('n', undefined),
      view('g', 'fail', 1),
      view('f', 'fail', 3),
    ];
    assert.deepEqual(namesOf(sorted(all)), ['f', 'g', 'w', 'n', 'b', 'z']);
  });

  it('are found by every word of a search, in name, owner or description, and by their state', () => {
    const all = [
      { ...view('shop.orders', 'pass'), description: 'Every order since 2019' },
      { ...view('shop.refunds', 'fail'), owner: 'Finance@example.org' },
      view('weather', 'pass'),
    ];
    const found = (text: string, state: 'all' | 'failing' = 'all') => namesOf(matching(all, { text, state }));
    assert.deepEqual(found(''), ['shop.orders', 'shop.refunds', 'weather']);
    assert.deepEqual(found('  SHOP order '), ['shop.orders']);
    assert.deepEqual(found('finance'), ['shop.refunds']);
    assert.deepEqual(found('shop weather'), []);
    assert.deepEqual(found('', 'failing'), ['shop.refunds']);
  });
});

function view(name: string, status: ResultStatus | undefined, incidentsOpen = 0): DatasetView {
  const lastPartition = {
    partition: partitionKey('2001-01-01'),
    revision: 1,
    rowCount: 1,
    rejectedCount: 0,
    ingestedAt: 0,
  };
  return {
    dataset: datasetOf(name),
    owner: 'ops@example.org',
    version: 1,
    registeredAt: instant(0),
    updatedAt: instant(0),
    incidentsOpen,
    ...(status === undefined ? {} : { lastPartition: { ...lastPartition, status } }),
  };
}

function namesOf(datasets: readonly DatasetView[]): string[] {
  return datasets.map(({ dataset }) => dataset);
}
