import { limits } from '../../../base/limits.ts';
import type { RejectedRow, RejectedRows } from '../../../core/datasets/revision.ts';

/** Counts rejected rows, and keeps the first ones as samples. */
export type Rejections = {
  add(row: RejectedRow): void;
  /** Adds rows that were counted elsewhere, with some of them as samples. */
  merge(rows: RejectedRows): void;
  readonly rows: RejectedRows;
};

/** Makes an empty count. */
export function createRejections(): Rejections {
  let count = 0;
  const samples: RejectedRow[] = [];
  const keep = (row: RejectedRow): void => {
    if (samples.length < limits.rejectedSamplesMax) samples.push(row);
  };
  return {
    add: (row) => {
      count += 1;
      keep(row);
    },
    merge: (rows) => {
      count += rows.count;
      for (const row of rows.samples) keep(row);
    },
    get rows() {
      return { count, samples: [...samples] };
    },
  };
}

/** The start of a rejected row's text, without line breaks at its end. */
export function textStart(text: string): string {
  return text.replace(/[\r\n]+$/, '').slice(0, limits.rejectedTextCharactersMax);
}
