import { renderTable } from '../src/cli/render/table.ts';
import { assay } from './judge/assay.ts';
import { falseAlarms, isFound } from './judge/count.ts';
import { replayDrift } from './judge/drift.ts';
import { loadStream } from './judge/load.ts';
import { macroRecall, type Recall, recalls } from './judge/recall.ts';
import { type Replay, replay, type StreamData, withoutTests } from './judge/replay.ts';
import type { VersionedCache } from './measure/cache.ts';
import { matureFrom, youngFrom } from './measure/plan.ts';
import type { RowStream } from './streams/stream.ts';

/** Replays the cached metrics through the learner as it is now: false incidents, recall, and what was missed. */
export function tune(
  streams: readonly RowStream[],
  cache: VersionedCache,
  of: { readonly sample: number; readonly misses: boolean; readonly write: (text: string) => void },
): void {
  const judged = streams.map((stream) => {
    const data = loadStream(cache, stream, of.sample);
    return { data, one: replay(data, assay(1)) };
  });
  of.write(alarmTable(judged));
  of.write(recallTable(judged.map(({ one }) => one)));
  if (of.misses) for (const { one } of judged) of.write(missesOf(one));
}

type Judged = { readonly data: StreamData; readonly one: Replay };

function alarmTable(judged: readonly Judged[]): string {
  const rows = judged.map(({ data, one }) => {
    const at = { threshold: 1, from: matureFrom };
    const others = [0.3, 3].map((budget) => {
      const { clean } = replay(withoutTests(data), assay(budget));
      return falseAlarms(clean, at).incidents.toFixed(2);
    });
    const drifts = replayDrift(data, one.method);
    const found = drifts.flatMap(({ foundOn }) => foundOn ?? []).sort((a, b) => a - b);
    const all = recalls(one, 1);
    return [
      data.name,
      String(one.clean.at(-2)?.scores.size ?? 0),
      others[0] ?? '',
      falseAlarms(one.clean, at).incidents.toFixed(2),
      others[1] ?? '',
      falseAlarms(one.clean, { threshold: 1, from: youngFrom, to: matureFrom }).incidents.toFixed(2),
      macroRecall(all).toFixed(3),
      macroRecall(recalls(one, 1, { from: youngFrom, to: matureFrom })).toFixed(3),
      `${found.length}/${drifts.length} on day ${found[Math.floor(found.length / 2)] ?? '–'}`,
    ];
  });
  const columns = [
    { title: 'stream' },
    ...['metrics', 'inc/30 B 0.3', 'B 1', 'B 3', '14–27', 'macro recall', 'at 14–27'].map((title) => ({
      title,
      align: 'right' as const,
    })),
    { title: 'slow drift found' },
  ];
  return renderTable({ columns, rows }, { width: 140, color: false });
}

function recallTable(replays: readonly Replay[]): string {
  const tables = replays.map((one) => new Map(recalls(one, 1).map((each) => [idOf(each), each])));
  const ids = [...new Set(tables.flatMap((table) => [...table.keys()]))];
  const rows = ids.map((id) => {
    const cells = tables.map((table) => {
      const recall = table.get(id);
      return recall === undefined ? '' : percent(recall);
    });
    const [type = '', magnitude = ''] = id.split('\t');
    return [type, magnitude, ...cells];
  });
  const columns = [
    { title: 'error' },
    { title: 'size' },
    ...replays.map(({ stream }) => ({ title: stream, align: 'right' as const })),
  ];
  return renderTable({ columns, rows }, { width: 140, color: false });
}

function missesOf(one: Replay): string {
  const missed = one.tests.filter((test) => test.place >= matureFrom && !isFound(one, test, 1));
  return missed
    .map(({ test, place, judged }) => {
      const [best] = [...judged.scores].sort((a, b) => b[1] - a[1]);
      const worstOf = best === undefined ? '–' : `${best[0]} ${best[1].toFixed(2)}`;
      return `${one.stream}\t${place}\t${test.id}\t${test.column}\t${worstOf}\n`;
    })
    .join('');
}

function idOf({ type, magnitude }: Recall): string {
  return `${type}\t${magnitude}`;
}

function percent({ found, tests }: Recall): string {
  return `${Math.round((100 * found) / tests)} %`;
}
