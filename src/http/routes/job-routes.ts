import type { FastifyInstance } from 'fastify';
import { jobId } from '../../base/ids.ts';
import { instant } from '../../base/units.ts';
import { type JobKind, jobPriority } from '../../core/jobs/job.ts';
import type { JobPlace } from '../../ports/job-store.ts';
import type { JobHistory, JobView } from '../../services/ingestion/job-history.ts';
import { cursorText, nextCursorText, type Place, pageOf, placeOf, timedPlace } from '../paging.ts';
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
  readonly cursor?: string;
};

const jobsQuery = object(
  {},
  {
    dataset: datasetText,
    kind: word(...Object.keys(jobPriority)),
    open: flagText,
    group: idText,
    limit: limitText,
    cursor: cursorText,
  },
);

/** Where a job, or a backfill under the id of one, stands in its list. */
export function jobPlace(place: Place): JobPlace | undefined {
  const found = timedPlace(place);
  return found && { createdAt: instant(found.at), id: jobId(found.id) };
}

/** The queue and its history. */
export function jobRoutes(app: FastifyInstance, jobs: JobHistory): void {
  app.get<{ Querystring: JobsQuery }>(
    '/jobs',
    {
      schema: {
        summary: 'Lists jobs, newest first',
        querystring: jobsQuery,
        response: { 200: object({ jobs: list(jobSchema) }, { nextCursor: nextCursorText }) },
      },
      config: { access: { need: 'sign_in' } },
    },
    async ({ query, rights }) => {
      const limit = limitOf(query.limit);
      const found = await jobs.list({
        limit: limit + 1,
        ...(await rights.only()),
        ...(query.dataset === undefined ? {} : { dataset: datasetOf(query.dataset) }),
        ...(query.kind === undefined ? {} : { kind: query.kind }),
        ...(query.open === undefined ? {} : { open: query.open === 'true' }),
        ...(query.group === undefined ? {} : { group: jobId(query.group) }),
        ...placeOf(query.cursor, { list: 'jobs', read: jobPlace }),
      });
      const placed = { list: 'jobs', limit, placeOf: (job: JobView) => [job.createdAt, job.id] };
      const { lines, ...next } = pageOf(found, placed);
      return { jobs: await rights.shownWorks(lines), ...next };
    },
  );

  app.get<{ Params: IdParams }>(
    '/jobs/:id',
    {
      schema: {
        summary: 'Shows a job with its ended tasks',
        errors: ['JOB_NOT_FOUND'],
        params: idParams,
        response: { 200: jobDetailSchema },
      },
      config: { access: { need: 'follow', dataset: 'job' } },
    },
    async ({ params, rights }) => rights.shownWork(valueOf(await jobs.get(jobId(params.id)))),
  );
}
