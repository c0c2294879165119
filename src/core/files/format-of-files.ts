import { FailureError, failure } from '../../base/errors.ts';
import type { FileFormat } from '../datasets/provider-definition.ts';
import { formatOfName } from './file-format.ts';
import { fileNameOf } from './file-name.ts';

/** Whether a file's name says a format of ours: where a path leaves the kind of files open, others are just not meant. */
export function hasFormat(name: string): boolean {
  return formatOfName(fileNameOf(name)) !== undefined;
}

/** The one format that the names of all files say. Throws `SOURCE_FORMAT_UNKNOWN`. */
export function formatOfFiles(names: readonly string[]): FileFormat {
  const counts = new Map<FileFormat, number>();
  for (const name of names) {
    const format = formatOfName(fileNameOf(name));
    if (format === undefined) throw unknownFormat(name);
    counts.set(format, (counts.get(format) ?? 0) + 1);
  }
  const [first, ...others] = counts;
  if (first === undefined || others.length > 0) throw mixedFormats(counts);
  return first[0];
}

const hintOnFormats =
  'Known are .csv, .tsv, .ndjson, .jsonl, .json (also with .gz or .zst) and .parquet; otherwise set provider.format';

/** The name of a file does not say its format. */
export function unknownFormat(name: string): FailureError {
  const message = `The name of ${name} does not say its format`;
  return new FailureError(failure('SOURCE_FORMAT_UNKNOWN', message, { hint: hintOnFormats, where: name }));
}

function mixedFormats(counts: ReadonlyMap<FileFormat, number>): FailureError {
  const list = [...counts].map(([format, count]) => `${count} of ${format}`).join(', ');
  const hint = 'Narrow the path to one format, such as data/*.parquet, or register a dataset for each';
  return new FailureError(
    failure('SOURCE_FORMAT_UNKNOWN', `The files are of several formats: ${list}`, { hint }),
  );
}
