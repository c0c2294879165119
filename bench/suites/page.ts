import { join } from 'node:path';
import { buildPage, launch } from '../../test/support/page/browser.ts';
import { startService } from '../../test/support/service-process.ts';
import { copyDataset, learnOne, size } from '../page/seed.ts';
import { shownMs } from '../page/shown.ts';
import type { Bench } from '../support/bench.ts';

/** On the summary of a dataset. */
const plots = 4;

/** The page of a service with thousands of datasets, from a cold start of the tab until it can be used. */
export async function pageSuite(bench: Bench): Promise<void> {
  await buildPage();
  const folder = join(bench.folder, 'page');
  await bench.progress('one dataset', () => learnOne(folder));
  await bench.progress(`${size.datasets} datasets`, () => copyDataset(join(folder, 'data', 'database')));
  const service = await startService(join(folder, 'data'));
  const browser = await launch();
  const figures = {
    overview: [] as number[],
    histories: [] as number[],
    dataset: [] as number[],
    plots: [] as number[],
  };
  try {
    for (let round = 0; round < bench.options.runs; round += 1) {
      const overview = await shownMs(browser, new URL('/', service.url).href, overviewSights);
      const dataset = await shownMs(browser, new URL('/datasets/numbers', service.url).href, datasetSights);
      figures.overview.push(overview[0] ?? Number.NaN);
      figures.histories.push(overview[1] ?? Number.NaN);
      figures.dataset.push(dataset[0] ?? Number.NaN);
      figures.plots.push(dataset[1] ?? Number.NaN);
    }
  } finally {
    await browser.close();
    await service.stop();
  }
  const { datasets, days, metrics } = size;
  bench.add(`page: overview of ${datasets} datasets, rows can be clicked`, 'ms', figures.overview, '≤ 1 s');
  bench.add('page: the same, with the last partitions of those in sight', 'ms', figures.histories, '');
  bench.add(`page: a dataset with ${days} partitions, its calendar`, 'ms', figures.dataset, '≤ 1 s');
  bench.add(`page: the same, all ${plots} plots drawn (${metrics} metrics each)`, 'ms', figures.plots, '');
}

/** A row with its link; its last partitions. */
const overviewSights = [{ selector: 'tbody a[href^="/datasets/numbers"]' }, { selector: 'tbody svg rect' }];

const datasetSights = [{ selector: 'a.cell' }, { selector: '[data-plot] svg', count: plots }];
