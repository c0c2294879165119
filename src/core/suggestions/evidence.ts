import type { PartitionKey } from '../../base/ids.ts';
import { formatNumber } from '../checks/format.ts';

type Counted = { readonly key: PartitionKey; readonly rowCount: number };

/** `182 partitions, 3,000,000 rows (2001-01-01 … 2001-06-30)`. */
export function spanText(partitions: readonly Counted[]): string {
  const rows = partitions.reduce((sum, { rowCount }) => sum + rowCount, 0);
  return spanOf({
    partitions: partitions.length,
    rows,
    from: partitions[0]?.key,
    to: partitions.at(-1)?.key,
  });
}

/** The same of figures that are known already. */
export function spanOf(of: {
  readonly partitions: number;
  readonly rows: number;
  readonly from?: PartitionKey | undefined;
  readonly to?: PartitionKey | undefined;
}): string {
  const { partitions, rows, from = '', to = '' } = of;
  const count = partitions === 1 ? '1 partition' : `${formatNumber(partitions)} partitions`;
  return `${count}, ${formatNumber(rows)} rows (${from === to ? from : `${from} … ${to}`})`;
}

/** How a check is made in the light of the partitions that would have violated it. */
export type Tolerance = { readonly level?: 'warn'; readonly note: string };

/** A check that was violated on more than this share of the partitions says nothing about them. */
const violatedShareMax = 0.02;
const keysNamed = 10;

/**
 * No level (a failure) for a check that holds everywhere; a warning that names the partitions where it was violated on a
 * few; undefined when it does not describe the data.
 */
export function tolerance(violated: readonly PartitionKey[], partitions: number): Tolerance | undefined {
  if (violated.length === 0) return { note: '' };
  if (violated.length > violatedShareMax * partitions) return undefined;
  const named = violated.slice(0, keysNamed).join(', ');
  const more = violated.length > keysNamed ? ` and ${violated.length - keysNamed} more` : '';
  return { level: 'warn', note: `; only a warning: violated on ${named}${more}` };
}

/** The body of a check with the level of its tolerance. */
export function withLevel<T extends object>(body: T, { level }: Tolerance): T & { level?: 'warn' } {
  return level === undefined ? body : { ...body, level };
}
