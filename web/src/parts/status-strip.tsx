import type { PartitionSummary } from '../../../src/ports/revision-store.ts';
import { statusFill, statusWord } from './status-words.ts';

const bar = 5;
const gap = 2;
const height = 26;
const places = 30;
const width = places * (bar + gap);

/** The last partitions, oldest first: the height tells the rows, the colour the verdict; bad ones reach to the top. */
export function StatusStrip({ history }: { readonly history: readonly PartitionSummary[] | undefined }) {
  if (history === undefined) return <div style={{ width, height }} />;
  const shown = history.slice(0, places).toReversed();
  if (shown.length === 0) return <span className="quiet">–</span>;
  const most = Math.max(1, ...shown.map(({ rowCount }) => rowCount));
  const bad = shown.filter(({ status }) => status === 'fail' || status === 'error').length;
  const label = `The last ${shown.length} partitions: ${bad === 0 ? 'none' : bad} failing, the newest ${statusWord(shown.at(-1)?.status).toLowerCase()}`;
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: 'block' }}>
      {shown.map(({ partition, rowCount, status }, at) => {
        const isBad = status === 'fail' || status === 'error';
        const tall = isBad ? height : 4 + (rowCount / most) * (height - 8);
        return (
          <rect
            key={partition}
            x={(places - shown.length + at) * (bar + gap)}
            y={height - tall}
            width={bar}
            height={tall}
            rx={1.5}
            fill={statusFill(status)}
          />
        );
      })}
    </svg>
  );
}
