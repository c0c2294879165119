import type { FastifyInstance } from 'fastify';
import type { Schedules } from '../../services/scheduling/schedules.ts';
import { valueOf } from '../problem.ts';
import { type DatasetParams, datasetOf, datasetParams } from '../schemas/request-schemas.ts';
import { scheduleSchema } from '../schemas/schedule-schemas.ts';

/** When datasets are looked at next, and why. */
export function scheduleRoutes(app: FastifyInstance, schedules: Schedules): void {
  app.get<{ Params: DatasetParams }>(
    '/datasets/:dataset/schedule',
    {
      schema: {
        summary: 'Says when a dataset is looked at next and why, and what was decided before, newest first',
        params: datasetParams,
        response: { 200: scheduleSchema },
      },
      config: { access: { need: 'follow', dataset: 'params' } },
    },
    async ({ params }) => valueOf(await schedules.get(datasetOf(params.dataset))),
  );
}
