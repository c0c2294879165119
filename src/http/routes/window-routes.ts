import type { FastifyInstance } from 'fastify';
import { shownDetails, shownValues, sightOf } from '../../core/access/sight.ts';
import type { WindowGrain } from '../../core/datasets/sub-windows.ts';
import type { Windows } from '../../services/quality/windows.ts';
import type { Registry } from '../../services/registry/registry.ts';
import { clientGone } from '../client-gone.ts';
import { valueOf } from '../problem.ts';
import { workerErrors } from '../route-errors.ts';
import { type DatasetParams, datasetOf, datasetParams } from '../schemas/request-schemas.ts';
import { windowQuery, windowsSchema } from '../schemas/window-schemas.ts';

type WindowQuery = {
  readonly from?: string;
  readonly to?: string;
  readonly by?: WindowGrain;
  readonly column?: string;
  readonly metrics?: string;
};

/** A comma between keys, not one within the brackets of a group or the parentheses of a validity rule. */
const outerComma = /,(?![^[(]*[\])])/;

/** Metrics over ranges of partitions. */
export function windowRoutes(
  app: FastifyInstance,
  { registry, windows }: { readonly registry: Registry; readonly windows: Windows },
): void {
  app.get<{ Params: DatasetParams; Querystring: WindowQuery }>(
    '/datasets/:dataset/window',
    {
      schema: {
        summary: 'Merges what is stored of the partitions from one key to another; reads no data',
        errors: [...workerErrors, 'PARTITION_NOT_FOUND'],
        params: datasetParams,
        querystring: windowQuery,
        response: { 200: windowsSchema },
      },
      config: { access: { need: 'follow', dataset: 'params' } },
    },
    async ({ params, query, rights }, reply) => {
      const { definition } = valueOf(await registry.require(datasetOf(params.dataset)));
      const { metrics, ...rest } = query;
      const keys = metrics === undefined ? {} : { metrics: metrics.split(outerComma) };
      const view = valueOf(await windows.of(definition, { ...rest, ...keys }, clientGone(reply)));
      const sight = sightOf(rights.standing, definition);
      return {
        ...view,
        windows: view.windows.map((window) => ({
          ...window,
          values: shownValues(window.values, sight),
          details: shownDetails(window.details, sight),
        })),
      };
    },
  );
}
