import type { FastifyInstance, FastifyRequest } from 'fastify';
import { partitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Standing } from '../../core/access/identity.ts';
import { shownDefinition, sightOf } from '../../core/access/sight.ts';
import type { PartitionSummary } from '../../ports/revision-store.ts';
import type { ApplyRequest, ApplyView, DatasetView, Registry } from '../../services/registry/registry.ts';
import { cursorText, nextCursorText, pageOf, placeOf, textPlace } from '../paging.ts';
import { valueOf } from '../problem.ts';
import {
  type DatasetParams,
  datasetOf,
  datasetParams,
  historyText,
  keyText,
  limitOf,
  limitText,
} from '../schemas/request-schemas.ts';
import {
  applySchema,
  datasetDetailSchema,
  datasetSchema,
  partitionSchema,
} from '../schemas/response-schemas.ts';
import { boundedText, described, flag, list, object } from '../schemas/schema-kit.ts';

const applyBody = object(
  {
    yaml: described(boundedText(limits.yamlBytesMax), 'The definition of one dataset.'),
    file: described(boundedText(4_096), 'The name of the file, for messages.'),
    baseDirectory: described(
      boundedText(4_096),
      "The directory that relative paths start from, on the service's machine.",
    ),
  },
  { dryRun: described(flag, 'Says what would change, and changes nothing.') },
);
const datasetPage = object(
  {},
  { after: keyText, limit: limitText, cursor: cursorText, history: historyText },
);
const partitionPage = object({}, { before: keyText, limit: limitText, cursor: cursorText });

type DatasetsQuery = {
  readonly after?: string;
  readonly limit?: string;
  readonly cursor?: string;
  readonly history?: string;
};

/** Puts a definition in force, as far as that is allowed; whoever registers a dataset is an owner of it. */
async function applied(
  request: FastifyRequest<{ Body: ApplyRequest }>,
  registry: Registry,
): Promise<ApplyView> {
  const { body, rights } = request;
  const view = valueOf(await registry.apply(body, (before, after) => rights.refusalOfApply(before, after)));
  rights.noted = { dataset: view.dataset };
  if (!view.dryRun) await rights.ownApplied(view.dataset, view.action === 'created');
  return view;
}

/** A line with what whoever asks is to the dataset. */
function withStanding(
  line: DatasetView,
  standings: ReadonlyMap<string, Standing> | undefined,
): DatasetView & { readonly standing?: Standing } {
  const standing = standings?.get(line.dataset);
  return standing === undefined ? line : { ...line, standing };
}

/** Datasets and their partitions. */
export function datasetRoutes(app: FastifyInstance, registry: Registry): void {
  addWrites(app, registry);
  addReads(app, registry);
}

function addWrites(app: FastifyInstance, registry: Registry): void {
  app.put<{ Body: ApplyRequest }>(
    '/datasets',
    {
      schema: {
        summary: 'Registers a dataset, or replaces its definition',
        errors: ['YAML_INVALID', 'DATASET_INVALID', 'REGISTRY_LIMIT', 'ACCESS_DENIED'],
        body: applyBody,
        response: { 200: applySchema },
      },
      config: { access: { need: 'sign_in', action: 'dataset.apply' } },
    },
    async (request) => applied(request, registry),
  );

  app.delete<{ Params: DatasetParams }>(
    '/datasets/:dataset',
    {
      schema: {
        summary: 'Forgets a dataset with everything about it',
        params: datasetParams,
        response: { 204: {} },
      },
      config: { access: { need: 'own', dataset: 'params', action: 'dataset.remove' } },
    },
    async ({ params, rights }, reply) => {
      valueOf(await registry.remove(datasetOf(params.dataset)));
      rights.forgetRoles();
      return reply.code(204).send();
    },
  );
}

function addReads(app: FastifyInstance, registry: Registry): void {
  app.get<{ Querystring: DatasetsQuery }>(
    '/datasets',
    {
      schema: {
        summary: 'Lists datasets by name',
        querystring: datasetPage,
        response: { 200: object({ datasets: list(datasetSchema) }, { nextCursor: nextCursorText }) },
      },
      config: { access: { need: 'sign_in' } },
    },
    async ({ query, rights }) => {
      const limit = limitOf(query.limit);
      const standings = await rights.standings();
      const { after = query.after } = placeOf(query.cursor, { list: 'datasets', read: textPlace });
      const found = await registry.list({
        after,
        limit: limit + 1,
        history: Number(query.history ?? '0'),
        ...(await rights.only()),
      });
      const placed = { list: 'datasets', limit, placeOf: (one: DatasetView) => [one.dataset] };
      const { lines, ...next } = pageOf(found, placed);
      return { datasets: lines.map((line) => withStanding(line, standings)), ...next };
    },
  );

  app.get<{ Params: DatasetParams }>(
    '/datasets/:dataset',
    {
      schema: {
        summary: 'Shows a dataset with its definition',
        params: datasetParams,
        response: { 200: datasetDetailSchema },
      },
      config: { access: { need: 'follow', dataset: 'params' } },
    },
    async ({ params, rights }) => {
      const view = valueOf(await registry.get(datasetOf(params.dataset)));
      const definition = shownDefinition(view.definition, sightOf(rights.standing, view.definition));
      return { ...view, definition, ...(rights.isOpen ? {} : { standing: rights.standing }) };
    },
  );

  app.get<{ Params: DatasetParams; Querystring: { before?: string; limit?: string; cursor?: string } }>(
    '/datasets/:dataset/partitions',
    {
      schema: {
        summary: 'Lists the partitions of a dataset, newest first',
        params: datasetParams,
        querystring: partitionPage,
        response: { 200: object({ partitions: list(partitionSchema) }, { nextCursor: nextCursorText }) },
      },
      config: { access: { need: 'follow', dataset: 'params' } },
    },
    async ({ params, query }) => {
      const limit = limitOf(query.limit);
      const { after = query.before } = placeOf(query.cursor, { list: 'partitions', read: textPlace });
      const before = after === undefined ? {} : { before: partitionKey(after) };
      const request = { dataset: datasetOf(params.dataset), limit: limit + 1, ...before };
      const found = valueOf(await registry.partitions(request));
      const placed = { list: 'partitions', limit, placeOf: (one: PartitionSummary) => [one.partition] };
      const { lines, ...next } = pageOf(found, placed);
      return { partitions: lines, ...next };
    },
  );
}
