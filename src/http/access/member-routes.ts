import type { FastifyInstance } from 'fastify';
import type { Role } from '../../core/access/identity.ts';
import type { Access } from '../../services/access/access.ts';
import { valueOf } from '../problem.ts';
import { memberBody, memberParams, memberSchema } from '../schemas/access-schemas.ts';
import { type DatasetParams, datasetOf, datasetParams } from '../schemas/request-schemas.ts';
import { list, object } from '../schemas/schema-kit.ts';
import { managed } from './managed.ts';

type MemberParams = { readonly dataset: string; readonly email: string };

/** Who has which role on a dataset, for its owners. */
export function memberRoutes(app: FastifyInstance, access: Access | undefined): void {
  app.get<{ Params: DatasetParams }>(
    '/datasets/:dataset/members',
    {
      schema: {
        summary: 'Lists who has which role on a dataset; those whom the definition names come first',
        errors: ['ACTION_NOT_ALLOWED'],
        params: datasetParams,
        response: { 200: object({ members: list(memberSchema) }) },
      },
      config: { access: { need: 'own', dataset: 'params' } },
    },
    async ({ params }) => ({ members: await managed(access).members.list(datasetOf(params.dataset)) }),
  );

  app.put<{ Params: MemberParams; Body: { role: Role } }>(
    '/datasets/:dataset/members/:email',
    {
      schema: {
        summary: 'Gives somebody a role on a dataset, whether or not they are a user yet',
        errors: ['ACTION_NOT_ALLOWED'],
        params: memberParams,
        body: memberBody,
        response: { 200: memberSchema },
      },
      config: { access: { need: 'own', dataset: 'params', action: 'member.put' } },
    },
    async ({ params, body, rights }) => {
      const wish = { email: params.email, role: body.role, by: rights.who(undefined) };
      return valueOf(await managed(access).members.put(datasetOf(params.dataset), wish));
    },
  );

  app.delete<{ Params: MemberParams }>(
    '/datasets/:dataset/members/:email',
    {
      schema: {
        summary: 'Takes away a role that was given beside the definition',
        errors: ['MEMBER_NOT_FOUND', 'ACTION_NOT_ALLOWED'],
        params: memberParams,
        response: { 204: {} },
      },
      config: { access: { need: 'own', dataset: 'params', action: 'member.remove' } },
    },
    async ({ params }, reply) => {
      valueOf(await managed(access).members.remove(datasetOf(params.dataset), params.email));
      return reply.code(204).send();
    },
  );
}
