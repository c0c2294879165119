import type { FastifyInstance } from 'fastify';
import type { BackfillCosts } from '../../services/ingestion/backfill-cost.ts';
import { clientGone } from '../client-gone.ts';
import { valueOf } from '../problem.ts';
import { workerErrors } from '../route-errors.ts';
import { backfillCostBody, backfillCostSchema } from '../schemas/backfill-cost-schemas.ts';
import { type DatasetParams, datasetOf, datasetParams } from '../schemas/request-schemas.ts';
import { object, word } from '../schemas/schema-kit.ts';

type CostBody = {
  readonly from?: string;
  readonly to?: string;
  readonly concurrency?: number;
  readonly force?: boolean;
};

/** What a backfill would cost, before it is asked for. */
export function backfillCostRoutes(app: FastifyInstance, costs: BackfillCosts): void {
  app.post<{ Params: DatasetParams; Body: CostBody }>(
    '/datasets/:dataset/backfills',
    {
      schema: {
        summary: 'Tells what a backfill would read, how long that takes and what bounds it; starts nothing',
        errors: [
          ...workerErrors,
          'SECRET_MISSING',
          'SECRETS_FILE_UNFIT',
          'SOURCE_NOT_FOUND',
          'SOURCE_UNREADABLE',
          'SOURCE_UNAVAILABLE',
          'SOURCE_HELD',
          'SOURCE_EMPTY',
          'SOURCE_CHANGED',
          'SOURCE_FORMAT_UNKNOWN',
          'SOURCE_LIMIT',
          'COLUMN_NOT_FOUND',
          'PARTITION_COLUMN_UNFIT',
          'QUERY_FAILED',
        ],
        params: datasetParams,
        querystring: object({ dryRun: word('true') }),
        body: backfillCostBody,
        response: { 200: backfillCostSchema },
      },
      // Its answer is of the owner's affairs alone, and it asks the source.
      config: { changesNothing: true, access: { need: 'own', dataset: 'params' } },
    },
    async ({ params, body }, reply) =>
      valueOf(await costs.of({ ...body, dataset: datasetOf(params.dataset) }, clientGone(reply))),
  );
}
