import { limits } from '../../../base/limits.ts';
import { MiB } from '../../../base/units.ts';
import type { CsvFile } from './csv-layout.ts';

/** How much of a file DuckDB's reader holds at once, and how long a row may be. */
export type CsvBuffers = {
  readonly bufferBytes: number;
  readonly lineBytesMax: number;
  /** Whether the pieces that its threads read make good row groups. */
  readonly isInPieces: boolean;
};

/** Any row that is allowed fits into these, but threads work on large pieces. */
export const widestBuffers: CsvBuffers = {
  bufferBytes: limits.rowBytesMax,
  lineBytesMax: limits.rowBytesMax,
  isInPieces: false,
};

const fileBytesMin = 64 * MiB;
const piecesPerBufferMax = 8;
/** In parts of the rows that a row group should have. */
const pieceRowsMin = 0.25;
const pieceRowsMax = 1.5;

/**
 * Large files are read in pieces that make row groups as they are. DuckDB then need not copy rows from one into the
 * other, which takes a tenth of the whole and cuts row groups at places that depend a little on the time (measured). Its
 * reader gives each thread as many bytes as a row may have. A longer row stops the reading: the file is taken apart then.
 */
export function buffersFor(files: readonly CsvFile[]): CsvBuffers {
  if (files.some((file) => file.read.sizeBytes < fileBytesMin)) return widestBuffers;
  const lineBytes = Math.max(...files.map((file) => file.lineBytes));
  const wantedBytes = lineBytes * limits.rowsPerRowGroup;
  const bufferBytes = limits.rowBytesMax;
  const pieces = Math.max(1, Math.min(piecesPerBufferMax, Math.round(bufferBytes / wantedBytes)));
  const lineBytesMax = Math.ceil(bufferBytes / pieces);
  const share = lineBytesMax / wantedBytes;
  if (share < pieceRowsMin || share > pieceRowsMax) return widestBuffers;
  return { bufferBytes, lineBytesMax, isInPieces: true };
}
