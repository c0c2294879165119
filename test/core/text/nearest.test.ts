import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest, suggestion } from '../../../src/core/text/nearest.ts';

const keys = ['column', 'columns', 'path', 'file', 'row_count', 'must_be_between'];

test('finds the word that was meant: a letter left out, swapped, doubled or wrong', () => {
  assert.equal(nearest('colum', keys), 'column');
  assert.equal(nearest('row_cuont', keys), 'row_count');
  assert.equal(nearest('pathh', keys), 'path');
  assert.equal(nearest('fole', keys), 'file');
});

test('takes camel case and hyphens for the same word', () => {
  assert.equal(nearest('mustBeBetween', keys), 'must_be_between');
  assert.equal(nearest('row-count', keys), 'row_count');
});

test('suggests nothing for a word that is not near', () => {
  assert.equal(nearest('zebra', keys), undefined);
  assert.equal(nearest('', keys), undefined);
  assert.equal(nearest('x'.repeat(100_000), keys), undefined);
});

test('ends a message with the suggestion, or with nothing', () => {
  assert.equal(suggestion('colum', keys), '; did you mean “column”?');
  assert.equal(suggestion('zebra', keys), '');
});
