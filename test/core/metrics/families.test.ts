import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalogue } from '../../../src/core/metrics/catalogue.ts';
import { describeStateLaws } from '../../support/state-laws.ts';

describe('the catalogue of state families', () => {
  it('names every family once', () => {
    assert.equal(new Set(catalogue.map(({ key }) => key)).size, catalogue.length);
  });
  for (const family of catalogue) describeStateLaws(family);
});
