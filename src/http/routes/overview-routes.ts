import type { FastifyInstance } from 'fastify';
import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { DatasetLine } from '../../ports/dataset-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';
import {
  type Attention,
  attentions,
  type OverviewPlace,
  type OverviewSort,
  overviewOf,
  overviewSorts,
  placeOfLine,
} from '../../services/registry/overview.ts';
import type { OverviewFeed } from '../overview-feed.ts';
import { cursorOf, cursorText, nextCursorText, type Place, placeOf } from '../paging.ts';
import { datasetOf, limitOf, limitText } from '../schemas/request-schemas.ts';
import { datasetLine, partitionSchema } from '../schemas/response-schemas.ts';
import { boundedText, count, described, list, object, record, word } from '../schemas/schema-kit.ts';

type OverviewQuery = {
  readonly search?: string;
  readonly attention?: Attention;
  readonly sort?: OverviewSort;
  readonly order?: 'asc' | 'desc';
  readonly limit?: string;
  readonly cursor?: string;
};

const overviewQuery = object(
  {},
  {
    search: described(boundedText(200, 0), 'Words that must all stand in name, owner or description.'),
    attention: word(...attentions),
    sort: described(word(...overviewSorts), 'By default `attention`: what wants something first.'),
    order: word('asc', 'desc'),
    limit: limitText,
    cursor: cursorText,
  },
);

const overviewSchema = object(
  {
    datasets: list(datasetLine),
    found: described(count, 'On all pages together.'),
    counts: described(
      object(Object.fromEntries(attentions.map((name) => [name, count]))),
      'Of all that the search finds.',
    ),
  },
  { nextCursor: nextCursorText },
);

const namesText = described(
  boundedText(limits.historiesMax * 101),
  `Names of datasets, separated by commas: at most ${limits.historiesMax}.`,
);

type Parts = { readonly overview: OverviewFeed; readonly revisions: Pick<RevisionStore, 'lastPartitions'> };

/** All datasets at a glance, as many as there may be: found, ordered and cut here, from lines that are kept in memory. */
export function overviewRoutes(app: FastifyInstance, { overview, revisions }: Parts): void {
  app.get<{ Querystring: OverviewQuery }>(
    '/overview',
    {
      schema: {
        summary: 'Shows all datasets at a glance: found, ordered, and how many want what',
        querystring: overviewQuery,
        response: { 200: overviewSchema },
      },
      config: { access: { need: 'sign_in' } },
    },
    async ({ query, rights }) => {
      const { only } = await rights.only();
      const { sort = 'attention', order = 'asc', cursor, limit, ...filter } = query;
      const name = `overview ${sort} ${order}`;
      const lines = visible(await overview.lines(), only);
      const size = limitOf(limit);
      const view = overviewOf(lines, {
        ...filter,
        sort,
        isDescending: order === 'desc',
        limit: size + 1,
        ...placeOf(cursor, { list: name, read: readPlace }),
      });
      const datasets = view.datasets.slice(0, size);
      const last = datasets.at(-1);
      if (view.datasets.length <= size || last === undefined) return { ...view, datasets };
      const { figures, dataset } = placeOfLine(last, sort);
      return { ...view, datasets, nextCursor: cursorOf(name, [...figures, dataset]) };
    },
  );

  app.get<{ Querystring: { datasets: string } }>(
    '/overview/histories',
    {
      schema: {
        summary: `Shows the last ${limits.historyPartitions} partitions of each of some datasets, newest first`,
        querystring: object({ datasets: namesText }),
        response: { 200: object({ histories: record(list(partitionSchema)) }) },
      },
      config: { access: { need: 'sign_in' } },
    },
    async ({ query, rights }) => {
      const { only } = await rights.only();
      const asked = [...new Set(query.datasets.split(',', limits.historiesMax))].map(datasetOf);
      const names = asked.filter((name) => only === undefined || only.includes(name));
      const found = await revisions.lastPartitions({ datasets: names, perDataset: limits.historyPartitions });
      return { histories: Object.fromEntries(found) };
    },
  );
}

/** The lines of those datasets that exist for whoever asks. */
function visible(
  lines: readonly DatasetLine[],
  only: readonly DatasetName[] | undefined,
): readonly DatasetLine[] {
  if (only === undefined) return lines;
  const names = new Set(only);
  return lines.filter(({ dataset }) => names.has(dataset));
}

/** Figures, then the name. */
function readPlace(place: Place): OverviewPlace | undefined {
  const dataset = place.at(-1);
  const figures = place.slice(0, -1).filter((one) => typeof one === 'number');
  const isPlace = typeof dataset === 'string' && figures.length === place.length - 1;
  return isPlace ? { figures, dataset } : undefined;
}
