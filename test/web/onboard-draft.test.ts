import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PreviewView } from '../../src/services/registry/preview.ts';
import { readDefinition } from '../../src/services/registry/read-definition.ts';
import {
  definitionText,
  draftOf,
  missingOf,
  previewRequest,
  searchOf,
  suggestedName,
} from '../../web/src/pages/onboard/draft.ts';
import { providerForms, providerTypes } from '../../web/src/pages/onboard/provider-forms.ts';

const address = (text: string) => draftOf(new URLSearchParams(text));
const preview: PreviewView = {
  columns: [],
  proposals: [],
  partition: { column: 'date', by: 'day' },
  publish: { rule: { type: 'periodic', cron: '15 3 * * *', time_zone: 'UTC' }, reason: 'so they came' },
  read: { partitions: 3, rows: 300 },
  suggestions: [
    {
      kind: 'rows',
      text: 'row_count must be greater than 0',
      evidence: 'e',
      check: { row_count: { must_be_greater_than: 0 } },
    },
    {
      column: 'on: time',
      kind: 'not_null',
      text: 'null_percent must be 0',
      evidence: 'e',
      check: { null_percent: { must_be: 0 } },
    },
  ],
  remarks: [],
};

describe('the draft of a dataset', () => {
  it('stands whole in its address', () => {
    const text =
      'step=checks&type=postgres&in.url=%24%7Benv%3AX%7D&in.table=a.b&cut=%22none%22&when=static&name=n&not=a&not=b';
    const draft = address(text);
    assert.deepEqual(draftOf(searchOf(draft)), draft);
    assert.deepEqual(previewRequest(draft), {
      provider: { type: 'postgres', url: '${env:X}', table: 'a.b' },
      baseDirectory: '/',
      partition: 'none',
    });
  });

  it('is none of what stands in an odd address', () => {
    const draft = address('step=nowhere&type=constructor&when=never');
    assert.deepEqual([draft.step, draft.type, draft.when], ['source', 'files', undefined]);
    assert.deepEqual(missingOf(draft), ['Path']);
  });

  it('becomes a definition that the service reads', () => {
    const draft = address('in.path=%2Fdata%2Ff-*.csv&name=flights&owner=ana%3A+%23me&about=a+%22b%22');
    const read = readDefinition(definitionText(draft, preview), { file: 'f', baseDirectory: '/' });
    assert.ok(read.ok, read.ok ? '' : read.error.message);
    assert.equal(read.value.owner, 'ana: #me');
    assert.equal(read.value.publish.type, 'periodic');
    assert.deepEqual(
      read.value.checks.map(({ metric }) => metric),
      ['row_count'],
    );
    assert.deepEqual(
      read.value.columns.map(({ name }) => name),
      ['on: time'],
    );
  });

  it('leaves out what was taken out', () => {
    const draft = address('in.path=%2Fd&name=f&owner=a&not=on%3A+time+null_percent+must+be+0');
    assert.doesNotMatch(definitionText(draft, preview), /columns:/);
  });

  it('is named after its source', () => {
    for (const [search, name] of [
      ['in.path=%2Fdata%2Fflights%2F*.parquet', 'flights'],
      ['in.path=%2Fdata%2FMy+Trips-2001.csv', 'my-trips-2001'],
      ['type=postgres&in.table=sales.orders', 'orders'],
      ['type=http&in.url=https%3A%2F%2Fexample.org%2Ftaxi%2F%7Byyyy%7D.csv', 'taxi'],
      ['in.path=%2F*', ''],
    ] as const) {
      assert.equal(suggestedName(address(search)), name, search);
    }
  });
});

describe('the forms of providers', () => {
  it('ask for what the service takes', () => {
    for (const type of providerTypes) {
      const filled: Readonly<Record<string, string>> = {
        path: type === 's3' ? 's3://bucket/a/*.csv' : '/a/*.csv',
        url: type === 'http' ? 'https://example.org/a.csv' : '${env:URL}',
        table: 'a.b',
      };
      const asked = providerForms[type].fields.filter(({ name }) => name in filled);
      const search = new URLSearchParams({
        type,
        ...Object.fromEntries(asked.map(({ name }) => [`in.${name}`, filled[name] ?? ''])),
      });
      const draft = { ...draftOf(search), name: 'n', owner: 'o' };
      const read = readDefinition(definitionText(draft, undefined), { file: 'f', baseDirectory: '/' });
      assert.ok(read.ok, `${type}: ${read.ok ? '' : read.error.message}`);
    }
  });
});
