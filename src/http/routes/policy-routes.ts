import type { FastifyInstance } from 'fastify';
import type { Policies } from '../../services/quality/policies.ts';
import type { Replays } from '../../services/quality/replays.ts';
import type { CheckSuggestions } from '../../services/quality/suggestions.ts';
import type { Registry } from '../../services/registry/registry.ts';
import { clientGone } from '../client-gone.ts';
import { valueOf } from '../problem.ts';
import { workerErrors } from '../route-errors.ts';
import {
  policyBody,
  policyVersion,
  replayBody,
  replaySchema,
  suggestionsSchema,
} from '../schemas/policy-schemas.ts';
import { type DatasetParams, datasetOf, datasetParams } from '../schemas/request-schemas.ts';
import { applySchema } from '../schemas/response-schemas.ts';

type ReplayBody = {
  readonly yaml?: string;
  readonly file?: string;
  readonly from?: string;
  readonly to?: string;
  readonly metrics?: readonly string[];
};

type PolicyBody = { readonly yaml: string; readonly file?: string };

type Parts = {
  readonly policies: Policies;
  readonly replays: Replays;
  readonly suggestions: CheckSuggestions;
  readonly registry: Pick<Registry, 'require'>;
};

/** Trying a policy out on the past, putting it in force, and checks that the past speaks for. */
export function policyRoutes(
  app: FastifyInstance,
  { policies, replays, suggestions, registry }: Parts,
): void {
  app.put<{ Params: DatasetParams; Body: PolicyBody; Headers: { 'if-match': string } }>(
    '/datasets/:dataset/policy',
    {
      schema: {
        summary: 'Changes how a dataset is judged, unless its definition has changed meanwhile',
        errors: ['DEFINITION_CHANGED', 'YAML_INVALID', 'CHECKS_INVALID'],
        params: datasetParams,
        headers: policyVersion,
        body: policyBody,
        response: { 200: applySchema },
      },
      config: { access: { need: 'own', dataset: 'params' } },
    },
    async ({ params, headers, body: { yaml, file = 'policy.yaml' } }) => {
      const version = Number(headers['if-match'].replaceAll('"', ''));
      return valueOf(await policies.save({ dataset: datasetOf(params.dataset), yaml, file, version }));
    },
  );

  app.post<{ Params: DatasetParams; Body: ReplayBody }>(
    '/datasets/:dataset/replay',
    {
      schema: {
        summary: 'Shows on which partitions of the past a policy would have alerted; changes nothing',
        errors: [...workerErrors, 'PARTITION_NOT_FOUND', 'YAML_INVALID', 'DATASET_INVALID'],
        params: datasetParams,
        body: replayBody,
        response: { 200: replaySchema },
      },
      config: { access: { need: 'follow', dataset: 'params' }, changesNothing: true },
    },
    async ({ params, body }, reply) => {
      const { yaml, file = 'policy.yaml', ...frame } = body;
      const policy = yaml === undefined ? {} : { policy: { yaml, file } };
      return valueOf(
        await replays.replay({ dataset: datasetOf(params.dataset), ...policy, ...frame }, clientGone(reply)),
      );
    },
  );

  app.get<{ Params: DatasetParams }>(
    '/datasets/:dataset/suggestions',
    {
      schema: {
        summary: 'Suggests checks that the measured past speaks for, with the evidence for each',
        errors: [...workerErrors, 'PARTITION_NOT_FOUND'],
        params: datasetParams,
        response: { 200: suggestionsSchema },
      },
      config: { access: { need: 'own', dataset: 'params' } },
    },
    async ({ params, rights }, reply) => {
      const dataset = datasetOf(params.dataset);
      const { definition } = valueOf(await registry.require(dataset));
      rights.requireWhole(definition);
      return valueOf(await suggestions.suggest(dataset, clientGone(reply)));
    },
  );
}
