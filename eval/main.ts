import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '@duckdb/node-api';
import { judgeAll } from './judge/judge-all.ts';
import { VersionedCache } from './measure/cache.ts';
import { prepare } from './measure/prepare.ts';
import { readOptions } from './options.ts';
import { writeReport } from './report/write.ts';
import { rowStreams } from './streams/all.ts';
import { tune } from './tune.ts';

/**
 * Measures how well errors are found, and how often alarms are false, on real streams with errors put into them.
 *
 *   npm run eval:thresholds -- [--data DIR] [--fresh]       measure what changed, judge, report (eval/out/report.html)
 *                              [--write-docs]              and write the tables into docs/evaluation.md
 *   node eval/main.ts --tune [--misses] [--streams retail]  judge the cached metrics alone
 *
 * `--tune` takes whatever was measured last, so it shows what a change of src/core/thresholds does. `--misses` lists each
 * error that was not found: stream, place of the partition, error, column, and the metric that came nearest with its
 * severity (1 alarms). `--sample 4` judges a fourth of the tested partitions: a first look. What is measured is kept in
 * eval/out.
 */
const options = readOptions(process.argv.slice(2));
const streams = rowStreams.filter(({ name }) => options.streams?.includes(name) ?? true);

if (options.tune) {
  const cache = VersionedCache.newest(join(options.out, 'vectors'));
  if (cache === undefined) throw new Error('nothing is measured yet: run without --tune first');
  tune(streams, cache, {
    sample: options.sample,
    misses: options.misses,
    write: (text) => void process.stdout.write(text),
  });
} else if (options.data === undefined || !existsSync(join(options.data, 'retail'))) {
  process.stderr.write(`There is no data. Give --data DIR with
  retail/YYYY-MM-DD.csv.gz  Online Retail by day: https://archive.ics.uci.edu/dataset/352/online+retail (CC BY 4.0)
  births/*.csv              births per day: https://github.com/fivethirtyeight/data/tree/master/births (CC BY 4.0)
`);
  process.exitCode = 3;
} else {
  const { data, out, workers, sample } = options;
  const cache = await prepare(streams, { ...options, data });
  const birthsIn = existsSync(join(data, 'births')) ? data : undefined;
  const report = await judgeAll({ streams, cache, birthsIn, duckdb: version(), workers, sample });
  process.stdout.write(writeReport(report, { out, docs: options.writeDocs }));
}
