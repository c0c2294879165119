import { FailureError, failure } from '../../base/errors.ts';
import type { DatasetName } from '../../base/ids.ts';
import { parseDatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { boundedText, described, type JsonSchema, object, word } from './schema-kit.ts';

/** Longer keys than this name nothing that Assay would have made. */
const keyCharactersMax = 1_000;

export const datasetText = described(boundedText(100), 'The name of a dataset.');
export const keyText = described(boundedText(keyCharactersMax), 'A partition key, such as 2001-01-31.');
export const checkText = described(
  boundedText(keyCharactersMax),
  'The key of a check, such as delay.null_percent.',
);
export const idText = described(boundedText(keyCharactersMax), 'An identifier.');
/** Query values are texts: nothing is converted, so that nothing is guessed. */
export const flagText = word('true', 'false');
export const limitText: JsonSchema = {
  type: 'string',
  pattern: '^(?:[1-9][0-9]{0,2}|1000)$',
  description: `How many at most: 1 to ${limits.pageSizeMax}; by default ${limits.pageSizeDefault}.`,
};

export const datasetParams = object({ dataset: datasetText });
export const idParams = object({ id: idText });

export type DatasetParams = { readonly dataset: string };
export type IdParams = { readonly id: string };

/** The number in a `limit` of a query. */
export function limitOf(limit: string | undefined): number {
  return limit === undefined ? limits.pageSizeDefault : Number(limit);
}

/** The dataset name in a path or body; a text that can not be one names no dataset. */
export function datasetOf(name: string): DatasetName {
  const dataset = parseDatasetName(name);
  if (dataset !== undefined) return dataset;
  throw new FailureError(
    failure('DATASET_NOT_FOUND', `there is no dataset ${JSON.stringify(name)}`, {
      hint: 'names of datasets have lower-case letters, digits, ".", "_" and "-"',
    }),
  );
}

export const historyText = {
  type: 'string',
  pattern: '^(?:0|[1-9][0-9]?)$',
  description: 'With the last so many partitions, 0 to 99.',
};
