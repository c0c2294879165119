import type { FastifyInstance } from 'fastify';
import { jobId, partitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Backfills, BackfillView } from '../../services/ingestion/backfills.ts';
import type { IngestionRequests } from '../../services/ingestion/requests.ts';
import type { Scans } from '../../services/ingestion/scans.ts';
import type { Viewers } from '../access/viewers.ts';
import type { BackfillFeed } from '../live/backfill-feed.ts';
import { streamBackfill } from '../live/event-stream.ts';
import { cursorText, nextCursorText, pageOf, placeOf } from '../paging.ts';
import { valueOf } from '../problem.ts';
import {
  datasetOf,
  datasetText,
  type IdParams,
  idParams,
  keyText,
  limitOf,
  limitText,
} from '../schemas/request-schemas.ts';
import { backfillSchema, scanSchema } from '../schemas/response-schemas.ts';
import { flag, list, object } from '../schemas/schema-kit.ts';
import { jobPlace } from './job-routes.ts';

type BackfillBody = {
  readonly dataset: string;
  readonly from?: string;
  readonly to?: string;
  readonly concurrency?: number;
  readonly force?: boolean;
};
type ScanBody = { readonly dataset: string; readonly only?: readonly string[]; readonly force?: boolean };

const backfillBody = object(
  { dataset: datasetText },
  {
    from: keyText,
    to: keyText,
    concurrency: { type: 'integer', minimum: 1, maximum: limits.backfillConcurrencyMax },
    force: flag,
  },
);
const scanBody = object(
  { dataset: datasetText },
  { only: { ...list(keyText), maxItems: limits.pageSizeMax }, force: flag },
);

type Parts = {
  readonly requests: IngestionRequests;
  readonly backfills: Backfills;
  readonly scans: Scans;
  readonly feed: BackfillFeed;
  readonly clock: Clock;
  readonly viewers: Viewers;
};

/** Backfills and scans: asking for them, steering them, watching them. */
export function ingestionRoutes(app: FastifyInstance, parts: Parts): void {
  addBackfillRequests(app, parts);
  addBackfillList(app, parts.backfills);
  addBackfillControls(app, parts.backfills);
  addScans(app, parts);
}

function addBackfillRequests(
  app: FastifyInstance,
  { requests, backfills, feed, clock, viewers }: Parts,
): void {
  app.post<{ Body: BackfillBody }>(
    '/backfills',
    {
      schema: {
        summary: 'Starts a backfill',
        errors: ['QUEUE_FULL', 'ACTION_NOT_ALLOWED', 'BACKFILL_NOT_FOUND'],
        body: backfillBody,
        response: { 202: backfillSchema },
      },
      config: { access: { need: 'own', dataset: 'body', action: 'backfill.start' } },
    },
    async ({ body }, reply) => {
      const job = valueOf(await requests.backfill({ ...body, dataset: datasetOf(body.dataset) }));
      return reply.code(202).send(valueOf(await backfills.get(job.id)));
    },
  );

  app.get<{ Params: IdParams }>(
    '/backfills/:id',
    {
      schema: {
        summary: 'Shows how far a backfill is',
        errors: ['BACKFILL_NOT_FOUND'],
        params: idParams,
        response: { 200: backfillSchema },
      },
      config: { access: { need: 'follow', dataset: 'backfill' } },
    },
    async ({ params, rights }) => rights.shownWork(valueOf(await backfills.get(jobId(params.id)))),
  );

  app.get<{ Params: IdParams }>(
    '/backfills/:id/events',
    {
      schema: {
        summary: 'Follows a backfill: server-sent events `progress`, then `end`',
        errors: ['BACKFILL_NOT_FOUND'],
        params: idParams,
      },
      config: { access: { need: 'follow', dataset: 'backfill' }, isStream: true },
      // It would be held open without ever a byte.
      exposeHeadRoute: false,
    },
    async (request, reply) => {
      const id = jobId(request.params.id);
      const { job } = valueOf(await backfills.progress(id));
      streamBackfill({ reply, clock, feed, id, viewer: await viewers.openOn(request, job.dataset) });
    },
  );
}

function addBackfillList(app: FastifyInstance, backfills: Backfills): void {
  app.get<{ Querystring: { dataset?: string; limit?: string; cursor?: string } }>(
    '/backfills',
    {
      schema: {
        summary: 'Lists backfills, newest first',
        querystring: object({}, { dataset: datasetText, limit: limitText, cursor: cursorText }),
        response: { 200: object({ backfills: list(backfillSchema) }, { nextCursor: nextCursorText }) },
      },
      config: { access: { need: 'sign_in' } },
    },
    async ({ query, rights }) => {
      const dataset = query.dataset === undefined ? {} : { dataset: datasetOf(query.dataset) };
      const limit = limitOf(query.limit);
      const found = await backfills.list({
        ...dataset,
        limit: limit + 1,
        ...(await rights.only()),
        ...placeOf(query.cursor, { list: 'backfills', read: jobPlace }),
      });
      const placed = { list: 'backfills', limit, placeOf: (one: BackfillView) => [one.startedAt, one.id] };
      const { lines, ...next } = pageOf(found, placed);
      return { backfills: await rights.shownWorks(lines), ...next };
    },
  );
}

function addBackfillControls(app: FastifyInstance, backfills: Backfills): void {
  for (const [action, control] of [
    ['pause', 'pause'],
    ['resume', 'run'],
    ['cancel', 'cancel'],
  ] as const) {
    app.post<{ Params: IdParams }>(
      `/backfills/:id/${action}`,
      {
        schema: {
          summary: `Makes a backfill ${action}`,
          errors: ['BACKFILL_NOT_FOUND', 'ACTION_NOT_ALLOWED'],
          params: idParams,
          response: { 200: backfillSchema },
        },
        config: { access: { need: 'own', dataset: 'backfill', action: `backfill.${action}` } },
      },
      async ({ params }) => valueOf(await backfills.control(jobId(params.id), control)),
    );
  }
}

function addScans(app: FastifyInstance, { requests, scans }: Parts): void {
  app.post<{ Body: ScanBody }>(
    '/scans',
    {
      schema: {
        summary: 'Looks for new and changed partitions; with `only` and `force`, takes partitions in again',
        errors: ['QUEUE_FULL', 'JOB_NOT_FOUND'],
        body: scanBody,
        response: { 202: scanSchema },
      },
      config: { access: { need: 'own', dataset: 'body', action: 'scan.start' } },
    },
    async ({ body }, reply) => {
      const only = body.only?.map(partitionKey);
      const job = valueOf(await requests.scan({ dataset: datasetOf(body.dataset), only, force: body.force }));
      return reply.code(202).send(valueOf(await scans.get(job.id)));
    },
  );

  app.get<{ Params: IdParams }>(
    '/scans/:id',
    {
      schema: {
        summary: 'Shows how far a scan is, up to the verdicts on what it found',
        errors: ['JOB_NOT_FOUND'],
        params: idParams,
        response: { 200: scanSchema },
      },
      config: { access: { need: 'follow', dataset: 'job' } },
    },
    async ({ params, rights }) => rights.shownWork(valueOf(await scans.get(jobId(params.id)))),
  );
}
