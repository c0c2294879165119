import { mkdirSync } from 'node:fs';
import { judgeAll } from './judge/judge-all.ts';
import { VersionedCache } from './measure/cache.ts';
import { writeReport } from './report/write.ts';
import { rowStreams } from './streams/all.ts';

const cache = VersionedCache.newest('/work/main/eval/out/vectors');
const only = process.argv[2];
if (!cache) throw new Error();
mkdirSync('/tmp/evalout', { recursive: true });
const r = await judgeAll({
  streams: rowStreams.filter((x) => !only || x.name === only),
  cache,
  birthsIn: '/work/shared/data',
  duckdb: 'x',
  workers: 2,
});
process.stdout.write(writeReport(r, { out: '/tmp/evalout', docs: false }));
