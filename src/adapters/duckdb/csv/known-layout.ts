import { limits } from '../../../base/limits.ts';
import { KiB } from '../../../base/units.ts';
import { uniqueNames } from '../../../core/datasets/column-names.ts';
import type { FilesScan } from '../../../core/datasets/source.ts';
import { readHead, type TextFile } from '../files/text-file.ts';
import { type CsvLayout, lineBytesOf, tooManyColumns } from './csv-layout.ts';

const headBytes = 64 * KiB;
const newline = 0x0a;

/** The layout of files whose columns are known: nothing is sniffed, the first line is a row, and a file may be empty. */
export async function layOutKnownCsv(
  scan: FilesScan,
  files: readonly { readonly read: TextFile; readonly path: string }[],
): Promise<CsvLayout> {
  const columns = scan.columns ?? [];
  if (columns.length > limits.columnsMax) throw tooManyColumns(columns.length);
  const { names, remarks } = uniqueNames(columns.map(({ name }) => name));
  const delimiter = scan.csv?.delimiter ?? (scan.format === 'tsv' ? '\t' : ',');
  const laidOut = [];
  for (const file of files) {
    const { text } = await readHead(file.read, headBytes);
    laidOut.push({ ...file, columns: names.map((_, at) => at), newline, lineBytes: lineBytesOf(text) });
  }
  return { dialect: { delimiter, header: false }, names, files: laidOut, remarks };
}
