import type { FastifyInstance } from 'fastify';
import { jobId } from '../../base/ids.ts';
import { type JobKind, jobPriority } from '../../core/jobs/job.ts';
import type { JobHistory } from '../../services/ingestion/job-history.ts';
import { valueOf } from '../problem.ts';
import {
  datasetOf,
  datasetText,
  flagText,
  type IdParams,
  idParams,
  idText,
  limitOf,
  limitText,
} from '../schemas/request-schemas.ts';
import { jobDetailSchema, jobSchema } from '../schemas/response-schemas.ts';
import { list, object, word } from '../schemas/schema-kit.ts';

type JobsQuery = {
  readonly dataset?: string;
  readonly kind?: JobKind;
  readonly open?: 'true' | 'false';
  readonly group?: string;
  readonly limit?: string;
};

const jobsQuery = object(
  {},
  {
    dataset: datasetText,
    kind: word(...Object.keys(jobPriority)),
    open: flagText,
    group: idText,
    limit: limitText,
  },
);

/** The queue and its history. */
export function jobRoutes(app: FastifyInstance, jobs: JobHistory): void {
  app.get<{ Querystring: JobsQuery }>(
    '/jobs',
    {
      schema: {
        summary: 'Lists jobs, newest first',
        querystring: jobsQuery,
        response: { 200: object({ jobs: list(jobSchema) }) },
      },
    },
    async ({ query }) => ({
      jobs: await jobs.list({
        limit: limitOf(query.limit),
        ...(query.dataset === undefined ? {} : { dataset: datasetOf(query.dataset) }),
        ...(query.kind === undefined ? {} : { kind: query.kind }),
        ...(query.open === undefined ? {} : { open: query.open === 'true' }),
        ...(query.group === undefined ? {} : { group: jobId(query.group) }),
      }),
    }),
  );

  app.get<{ Params: IdParams }>(
    '/jobs/:id',
    {
      schema: {
        summary: 'Shows a job with its ended tasks',
        params: idParams,
        response: { 200: jobDetailSchema },
      },
    },
    async ({ params }) => valueOf(await jobs.get(jobId(params.id))),
  );
}
