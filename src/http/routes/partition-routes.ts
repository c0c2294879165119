import type { FastifyInstance } from 'fastify';
import { partitionKey } from '../../base/ids.ts';
import { shownRejected, sightOf } from '../../core/access/sight.ts';
import type { PartitionHistory } from '../../services/registry/partition-history.ts';
import type { Registry } from '../../services/registry/registry.ts';
import { valueOf } from '../problem.ts';
import { partitionDetailSchema, schemaHistorySchema } from '../schemas/partition-schemas.ts';
import {
  type DatasetParams,
  datasetOf,
  datasetParams,
  datasetText,
  keyText,
} from '../schemas/request-schemas.ts';
import { object } from '../schemas/schema-kit.ts';

type Parts = { readonly registry: Registry; readonly partitions: PartitionHistory };

/** What partitions were and are: their revisions, rejected rows and schemas. */
export function partitionRoutes(app: FastifyInstance, { registry, partitions }: Parts): void {
  app.get<{ Params: { dataset: string; partition: string } }>(
    '/datasets/:dataset/partitions/:partition',
    {
      schema: {
        summary:
          'Shows a partition with its revisions, newest first: rows, rejected rows, columns and their changes',
        params: object({ dataset: datasetText, partition: keyText }),
        errors: ['PARTITION_NOT_FOUND'],
        response: { 200: partitionDetailSchema },
      },
      config: { access: { need: 'follow', dataset: 'params' } },
    },
    async ({ params, rights }) => {
      const { definition } = valueOf(await registry.require(datasetOf(params.dataset)));
      const view = valueOf(await partitions.get(definition.dataset, partitionKey(params.partition)));
      const sight = sightOf(rights.standing, definition);
      const revisions = view.revisions.map((one) => ({
        ...one,
        rejected: shownRejected(one.rejected, sight),
      }));
      return { ...view, revisions };
    },
  );

  app.get<{ Params: DatasetParams }>(
    '/datasets/:dataset/schemas',
    {
      schema: {
        summary: 'Shows which columns the measured partitions had, newest first',
        params: datasetParams,
        response: { 200: schemaHistorySchema },
      },
      config: { access: { need: 'follow', dataset: 'params' } },
    },
    async ({ params }) => {
      const { definition } = valueOf(await registry.require(datasetOf(params.dataset)));
      return partitions.schemas(definition.dataset);
    },
  );
}
