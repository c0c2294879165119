import { type DatasetName, parseDatasetName } from '../../src/base/ids.ts';

/** The dataset name in `text`, which must be one. */
export function datasetOf(text: string): DatasetName {
  const name = parseDatasetName(text);
  if (name === undefined) throw new Error(`${text} is no dataset name`);
  return name;
}
