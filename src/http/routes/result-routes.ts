import type { FastifyInstance, FastifyRequest } from 'fastify';
import { partitionKey, resultId } from '../../base/ids.ts';
import { type Sight, shownDetails, shownResult, shownRows, sightOf } from '../../core/access/sight.ts';
import type { Result, ResultStatus } from '../../core/checks/result.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { ResultPlace } from '../../ports/quality-store.ts';
import type { Results, ResultsRequest } from '../../services/quality/results.ts';
import type { Registry } from '../../services/registry/registry.ts';
import type { AnswerCache } from '../answer-cache.ts';
import { cursorOf, cursorText, type Place, placeOf } from '../paging.ts';
import { valueOf } from '../problem.ts';
import {
  checkText,
  type DatasetParams,
  datasetOf,
  datasetParams,
  datasetText,
  flagText,
  historyText,
  type IdParams,
  idParams,
  keyText,
  limitOf,
  limitText,
} from '../schemas/request-schemas.ts';
import {
  detailsSchema,
  explanationSchema,
  resultSchema,
  resultsSchema,
  seriesSchema,
} from '../schemas/response-schemas.ts';
import { object } from '../schemas/schema-kit.ts';

type ResultsQuery = {
  readonly partition?: string;
  readonly latest?: 'true' | 'false';
  readonly check?: string;
  readonly status?: string;
  readonly limit?: string;
  readonly cursor?: string;
  readonly history?: string;
};

const statusWords = 'pass|warn|fail|error|not_evaluated';
const statusList = {
  type: 'string',
  pattern: `^(?:${statusWords})(?:,(?:${statusWords})){0,4}$`,
  description: 'Statuses, separated by commas.',
};
const resultsQuery = object(
  {},
  {
    partition: keyText,
    latest: flagText,
    check: checkText,
    status: statusList,
    limit: limitText,
    cursor: cursorText,
    history: historyText,
  },
);
const seriesParams = object({ dataset: datasetText, metric: checkText });

type Parts = { readonly registry: Registry; readonly results: Results; readonly answers: AnswerCache };

/** Results, their explanations, and the series of metrics. */
export function resultRoutes(app: FastifyInstance, parts: Parts): void {
  addDatasetReads(app, parts);
  addSeries(app, parts);
  addResultReads(app, parts);
  addExplanationByCheck(app, parts);
}

function addDatasetReads(app: FastifyInstance, { registry, results }: Parts): void {
  app.get<{ Params: DatasetParams; Querystring: ResultsQuery }>(
    '/datasets/:dataset/results',
    {
      schema: {
        summary: 'Lists results, newest partition first, the worst first within one',
        params: datasetParams,
        querystring: resultsQuery,
        response: { 200: resultsSchema },
      },
      config: { access: { need: 'follow', dataset: 'params' } },
    },
    async ({ params, query, rights }) => {
      const { definition } = valueOf(await registry.require(datasetOf(params.dataset)));
      const sight = sightOf(rights.standing, definition);
      const { hasMore, ...page } = await results.list(resultsRequest(definition, query));
      const view = { ...page, results: page.results.map((result) => shownResult(result, sight)) };
      const last = view.results.at(-1);
      return hasMore && last !== undefined
        ? { ...view, nextCursor: cursorOf('results', placeOfResult(last)) }
        : view;
    },
  );

  app.get<{ Params: DatasetParams; Querystring: { partition: string } }>(
    '/datasets/:dataset/details',
    {
      schema: {
        summary: 'Shows what a partition holds beside numbers: frequent values, rows that should not exist',
        errors: ['RESULT_NOT_FOUND'],
        params: datasetParams,
        querystring: object({ partition: keyText }),
        response: { 200: detailsSchema },
      },
      config: { access: { need: 'follow', dataset: 'params' } },
    },
    async ({ params, query, rights }) => {
      const { definition } = valueOf(await registry.require(datasetOf(params.dataset)));
      const sight = sightOf(rights.standing, definition);
      const view = valueOf(await results.details(definition.dataset, partitionKey(query.partition)));
      return {
        ...view,
        metrics: shownDetails(view.metrics, sight),
        failedRows: shownRows(view.failedRows, sight),
      };
    },
  );
}

function addSeries(app: FastifyInstance, { registry, results, answers }: Parts): void {
  app.get<{ Params: { dataset: string; metric: string }; Querystring: { limit?: string } }>(
    '/datasets/:dataset/metrics/:metric',
    {
      schema: {
        summary: 'Shows a metric with its bands over partitions, oldest first',
        params: seriesParams,
        querystring: object({}, { limit: limitText }),
        response: { 200: seriesSchema },
      },
      config: { access: { need: 'follow', dataset: 'params' } },
    },
    async ({ params, query }, reply) => {
      const { metric } = params;
      const dataset = datasetOf(params.dataset);
      const limit = limitOf(query.limit);
      const read = async (): Promise<string> => {
        valueOf(await registry.require(dataset));
        return reply.serialize(await results.series({ dataset, metric, limit })) as string;
      };
      const key = JSON.stringify(['series', dataset, metric, limit]);
      const answer = await answers.answer({ key, dataset, read });
      return reply.header('content-type', 'application/json; charset=utf-8').send(answer);
    },
  );
}

function addResultReads(app: FastifyInstance, { registry, results }: Parts): void {
  const sightOn = async ({ rights }: FastifyRequest, { revision }: Result): Promise<Sight> =>
    sightOf(rights.standing, valueOf(await registry.require(revision.dataset)).definition);

  app.get<{ Params: IdParams }>(
    '/results/:id',
    {
      schema: {
        summary: 'Shows a result',
        errors: ['RESULT_NOT_FOUND'],
        params: idParams,
        response: { 200: resultSchema },
      },
      config: { access: { need: 'follow', dataset: 'result' } },
    },
    async (request) => {
      const result = valueOf(await results.get(resultId(request.params.id)));
      return shownResult(result, await sightOn(request, result));
    },
  );

  app.get<{ Params: IdParams }>(
    '/results/:id/explanation',
    {
      schema: {
        summary: 'Explains a result and recomputes it',
        errors: ['RESULT_NOT_FOUND'],
        params: idParams,
        response: { 200: explanationSchema },
      },
      config: { access: { need: 'follow', dataset: 'result' } },
    },
    async (request) => {
      const result = valueOf(await results.get(resultId(request.params.id)));
      return results.explanation(result, await sightOn(request, result));
    },
  );
}

function addExplanationByCheck(app: FastifyInstance, { registry, results }: Parts): void {
  app.get<{ Params: DatasetParams; Querystring: { partition: string; check: string } }>(
    '/datasets/:dataset/explanation',
    {
      schema: {
        summary: 'Explains the result of one check on one partition',
        errors: ['RESULT_NOT_FOUND'],
        params: datasetParams,
        querystring: object({ partition: keyText, check: checkText }),
        response: { 200: explanationSchema },
      },
      config: { access: { need: 'follow', dataset: 'params' } },
    },
    async ({ params, query, rights }) => {
      const { definition } = valueOf(await registry.require(datasetOf(params.dataset)));
      const wanted = {
        dataset: definition.dataset,
        partition: partitionKey(query.partition),
        check: query.check,
      };
      return results.explanation(valueOf(await results.find(wanted)), sightOf(rights.standing, definition));
    },
  );
}

function resultsRequest(definition: DatasetDefinition, query: ResultsQuery): ResultsRequest {
  return {
    definition,
    limit: limitOf(query.limit),
    history: Number(query.history ?? '0'),
    ...placeOf(query.cursor, { list: 'results', read: resultPlace }),
    ...(query.partition === undefined ? {} : { partition: partitionKey(query.partition) }),
    ...(query.latest === 'true' ? { latest: true } : {}),
    ...(query.check === undefined ? {} : { check: query.check }),
    // The schema admits only the words of statuses.
    ...(query.status === undefined ? {} : { status: query.status.split(',') as ResultStatus[] }),
  };
}

function placeOfResult({ revision, status, severity, check }: Result): Place {
  return [revision.partition, status, severity === undefined ? null : String(severity), check];
}

function resultPlace([partition, status, severity, check]: Place): ResultPlace | undefined {
  if (typeof partition !== 'string' || !isResultStatus(status) || typeof check !== 'string') return undefined;
  if (severity !== null && (typeof severity !== 'string' || severity === '')) return undefined;
  const isNumber = severity !== null && !Number.isNaN(Number(severity));
  return {
    partition: partitionKey(partition),
    status,
    ...(isNumber ? { severity: Number(severity) } : {}),
    check,
  };
}

function isResultStatus(word: unknown): word is ResultStatus {
  return typeof word === 'string' && new RegExp(`^(?:${statusWords})$`).test(word);
}
