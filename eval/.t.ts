import { writeFileSync } from 'node:fs';
import { judgeAll } from './judge/judge-all.ts';
import { VersionedCache } from './measure/cache.ts';
import { rowStreams } from './streams/all.ts';
import { readBirths } from './streams/births.ts';

const only = process.argv[2];
const cache = VersionedCache.newest('/work/main/eval/out/vectors');
if (!cache) throw new Error();
const r = judgeAll(
  rowStreams.filter((x) => !only || x.name === only),
  cache,
  { births: readBirths('/work/shared/data'), duckdb: 'x' },
);
writeFileSync('/tmp/report.json', JSON.stringify(r));
const f = (x: number) => x.toFixed(3);
for (const s of [...r.summaries, ...r.tuned])
  console.log(
    s.stream.padEnd(12),
    s.method.padEnd(34),
    f(s.threshold),
    s.metrics,
    f(s.falseAlarms.incidents),
    f(s.falseAlarms.days),
    f(s.youngFalseAlarms.incidents),
    'recall',
    f(s.macroRecall),
    f(s.youngMacroRecall),
    f(s.anyAlarm),
    'auc',
    f(s.auc),
    f(s.precision),
  );
for (const b of r.births) console.log('births', b.method, f(b.falseAlarms.incidents));
for (const n of r.noise) console.log(n.kind, n.metrics, n.method, f(n.mean), f(n.most));
for (const d of r.drifts) console.log(d.stream, d.method, d.drifts.map((x) => x.foundOn ?? '-').join(' '));
