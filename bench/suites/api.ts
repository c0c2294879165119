import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startService } from '../../test/support/service-process.ts';
import { learnOne } from '../page/seed.ts';
import { type Bench, caseOf } from '../support/bench.ts';
import { processorMs, pssBytes } from '../support/process-tree.ts';
import { type Load, load, openStream } from '../support/raw-load.ts';

const connections = 32;
const listeners = 1_000;
const warmUpMs = 1_500;
const measuredMs = 4_000;

type Measured = Load & { readonly processorMs: number };

/** The API under many requests and many listeners, beside a server that does nothing. */
export async function apiSuite(bench: Bench): Promise<void> {
  const folder = join(bench.folder, 'api');
  await bench.progress('one dataset', () => learnOne(folder));
  const service = await startService(join(folder, 'data'));
  const empty = spawn(process.execPath, caseOf('empty-route.ts'), { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(empty.stdout, 'data')) as [Buffer];
    const series = `${service.url}/api/v1/datasets/numbers/metrics/row_count?limit=180`;
    const rounds: { series: Measured; empty: Measured }[] = [];
    for (let round = 0; round < bench.options.runs; round += 1) {
      rounds.push({
        series: await measured(series, service.child.pid),
        empty: await measured(`${line.toString().trim()}/`, empty.pid),
      });
    }
    for (const [name, of] of [
      ['the series of a metric, 90 points, kept', (one: (typeof rounds)[number]) => one.series],
      ['an empty route of Fastify', (one: (typeof rounds)[number]) => one.empty],
    ] as const) {
      const figures = rounds.map(of);
      bench.add(
        `api: ${name}, requests/s`,
        'number',
        figures.map(({ perSecond }) => perSecond),
        name.startsWith('an empty') ? '' : '≥ 5,000',
      );
      bench.add(
        `api: ${name}, p50`,
        'ms',
        figures.map(({ p50Ms }) => p50Ms),
        '',
      );
      bench.add(
        `api: ${name}, p99`,
        'ms',
        figures.map(({ p99Ms }) => p99Ms),
        '',
      );
      bench.add(
        `api: ${name}, processor time of one`,
        'fine ms',
        figures.map(({ processorMs }) => processorMs),
        '',
      );
    }
    bench.add(
      'api: requests/s of the series to those of the empty route',
      'ratio',
      rounds.map((one) => one.series.perSecond / one.empty.perSecond),
      '',
    );
    await listen(bench, service);
  } finally {
    empty.kill();
    await service.stop();
  }
}

async function measured(url: string, pid = 0): Promise<Measured> {
  await load(url, { connections, ms: warmUpMs });
  const before = processorMs(pid);
  const got = await load(url, { connections, ms: measuredMs });
  return { ...got, processorMs: (processorMs(pid) - before) / ((got.perSecond * measuredMs) / 1_000) };
}

async function listen(bench: Bench, service: Awaited<ReturnType<typeof startService>>): Promise<void> {
  const { pid = 0 } = service.child;
  const before = pssBytes(pid);
  const streams = [];
  for (let nth = 0; nth < listeners; nth += 1) streams.push(await openStream(`${service.url}/api/v1/events`));
  const after = pssBytes(pid);
  const idle = processorMs(pid);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  bench.add(`api: ${listeners} listeners of live events, memory`, 'bytes', [after - before], '');
  bench.add('api: the same, processor time of 5 s', 'ms', [processorMs(pid) - idle], '');
  for (const socket of streams) socket.destroy();
}
