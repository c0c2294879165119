import type { FileFormat } from '../datasets/provider-definition.ts';

const formats: ReadonlyMap<string, FileFormat> = new Map<string, FileFormat>([
  ['csv', 'csv'],
  ['tsv', 'tsv'],
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
  ['json', 'json'],
  ['parquet', 'parquet'],
]);

const ending = /\.([a-z0-9]+)(\.gz|\.zst)?$/i;

/** The format that a file's name stands for; undefined when it is none of ours. */
export function formatOfName(name: string): FileFormat | undefined {
  const [, extension = '', compression] = ending.exec(name) ?? [];
  const format = formats.get(extension.toLowerCase());
  // Parquet compresses within the file; readers can not seek in a compressed one.
  return format === 'parquet' && compression !== undefined ? undefined : format;
}

/** A file's name without the extensions that say its format and compression. */
export function withoutExtensions(name: string): string {
  return formatOfName(name) === undefined ? name : name.replace(ending, '');
}
