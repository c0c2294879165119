import { closeSync, openSync, writeSync } from 'node:fs';
import { KiB } from '../../base/units.ts';
import type { StoredValue } from './protocol.ts';

const chunkCharacters = 256 * KiB;

/** What was written: whether each row is one line, because no value has a line break. */
export type WrittenRows = { readonly rowCount: number; readonly isLinewise: boolean };

/** Writes rows as CSV into a new file: null is nothing at all, texts stand between quotes, bytes as hexadecimal digits. */
export function writeRows(
  path: string,
  rows: Iterable<readonly StoredValue[]>,
  progress: (rowCount: number) => void,
): WrittenRows {
  const file = openSync(path, 'wx');
  let [rowCount, isLinewise, chunk] = [0, true, ''];
  const send = (): void => {
    const bytes = Buffer.from(chunk);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    chunk = '';
  };
  try {
    for (const row of rows) {
      const line = row.map(field).join(',');
      isLinewise &&= !/[\r\n]/.test(line);
      chunk += `${line}\n`;
      rowCount += 1;
      if (chunk.length < chunkCharacters) continue;
      send();
      progress(rowCount);
    }
    send();
    return { rowCount, isLinewise };
  } finally {
    closeSync(file);
  }
}

function field(value: StoredValue): string {
  switch (typeof value) {
    case 'string':
      return `"${value.includes('"') ? value.replaceAll('"', '""') : value}"`;
    case 'object':
      return value === null
        ? ''
        : `"${Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')}"`;
    default:
      return String(value);
  }
}
