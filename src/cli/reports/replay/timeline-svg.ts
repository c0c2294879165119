import type { ReplayedPartition } from '../../../core/policies/replay.ts';
import { plural } from '../../render/figures.ts';
import { escapeHtml } from '../html/page.ts';
import { type SignKind, statusSquare } from '../html/status-sign.ts';
import { partitionGrid } from './partition-grid.ts';
import { markKindOf } from './partition-mark.ts';

const cell = 20;
const gap = 3;
const alarmsNamed = 3;

/** All replayed partitions as a calendar, one square each, with a legend. */
export function timelineSvg(partitions: readonly ReplayedPartition[]): string {
  const grid = partitionGrid(
    partitions.map(({ partition }) => partition),
    40,
  );
  const width = grid.columns * (cell + gap);
  const rows = grid.rows.map(({ label, cells }) => {
    const own = cells.flatMap((place) => (place === undefined ? [] : (partitions[place] ?? [])));
    const squares = cells.map((place, column) => {
      const partition = place === undefined ? undefined : partitions[place];
      if (partition === undefined) return '';
      const title = escapeHtml(partitionText(partition));
      return statusSquare({ kind: markKindOf(partition), x: column * (cell + gap), y: 0, size: cell, title });
    });
    return `<span>${escapeHtml(label)}</span><svg viewBox="0 0 ${width} ${cell}" role="img" aria-label="${escapeHtml(rowText(label, own))}">${squares.join('')}</svg>`;
  });
  const kinds = new Set(partitions.map(markKindOf));
  return `<div class="timeline">${rows.join('\n')}</div><ul class="legend">${legend(kinds)}</ul>`;
}

const words: Readonly<Record<SignKind, string>> = {
  pass: 'no alert',
  warn: 'warning',
  fail: 'failure',
  error: 'error',
  learning: 'too little history to learn from',
};

function legend(kinds: ReadonlySet<SignKind>): string {
  return Object.entries(words)
    .flatMap(([kind, word]) => {
      const known = [...kinds].find((one) => one === kind);
      if (known === undefined) return [];
      const sign = statusSquare({ kind: known, x: 0, y: 0, size: 14 });
      return [`<li><svg viewBox="0 0 14 14" aria-hidden="true">${sign}</svg>${word}</li>`];
    })
    .join('');
}

function partitionText({ partition, status, alarmCount, alarms, learned }: ReplayedPartition): string {
  if (alarmCount === 0) return `${partition}: ${learned === 0 ? 'learning' : 'no alert'}`;
  const named = alarms.slice(0, alarmsNamed).map(({ text }) => text);
  return [`${partition}: ${status}, ${plural(alarmCount, 'alarm')}`, ...named].join('\n');
}

function rowText(label: string, partitions: readonly ReplayedPartition[]): string {
  const alarming = partitions.filter(({ alarmCount }) => alarmCount > 0);
  const named = alarming.map(({ partition, status }) => `${partition} ${status}`).join(', ');
  return `${label}: ${plural(partitions.length, 'partition')}, ${alarming.length === 0 ? 'no alert' : named}`;
}
