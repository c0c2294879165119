import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FailureError, failure } from '../../base/errors.ts';
import type { KeyScope } from '../../core/access/identity.ts';
import type { User } from '../../ports/access-store.ts';
import type { Access } from '../../services/access/access.ts';
import { valueOf } from '../problem.ts';
import { apiKeySchema, newKeyBody, newKeySchema } from '../schemas/access-schemas.ts';
import { datasetOf, flagText, type IdParams, idParams } from '../schemas/request-schemas.ts';
import { list, object } from '../schemas/schema-kit.ts';
import { managed } from './managed.ts';

type NewKey = {
  readonly name: string;
  readonly scope: KeyScope;
  readonly datasets?: readonly string[];
  readonly expiresInDays?: number;
};

/** Keys by which programs do what their users may do, or less. */
export function keyRoutes(app: FastifyInstance, access: Access | undefined): void {
  app.get<{ Querystring: { all?: 'true' | 'false' } }>(
    '/keys',
    {
      schema: {
        summary: 'Lists one’s own keys, newest first; with `all`, an administrator sees those of everybody',
        errors: ['ACTION_NOT_ALLOWED'],
        querystring: object({}, { all: flagText }),
        response: { 200: object({ keys: list(apiKeySchema) }) },
      },
      config: { access: { need: 'sign_in' } },
    },
    async (request) => {
      const service = managed(access);
      const wantsAll = request.query.all === 'true' && managesAll(request);
      return { keys: await service.keys.list(wantsAll ? undefined : userOf(request)) };
    },
  );

  app.post<{ Body: NewKey }>(
    '/keys',
    {
      schema: {
        summary: 'Makes a key of one’s own; the answer tells its secret, this once',
        errors: ['ACTION_NOT_ALLOWED', 'DATASET_NOT_FOUND'],
        body: newKeyBody,
        response: { 201: newKeySchema },
      },
      config: { access: { need: 'sign_in', action: 'key.add' }, tellsSecret: true },
    },
    async (request, reply) => {
      const service = managed(access);
      const user = userOf(request);
      requireSession(request);
      const { datasets, ...wish } = request.body;
      const named = datasets === undefined ? {} : { datasets: [...new Set(datasets)].map(datasetOf) };
      const made = valueOf(await service.keys.add(user, { ...wish, ...named }));
      request.rights.noted = { subject: made.key.prefix };
      return reply.code(201).send(made);
    },
  );

  app.delete<{ Params: IdParams }>(
    '/keys/:id',
    {
      schema: {
        summary: 'Revokes a key; an administrator may revoke those of everybody',
        errors: ['API_KEY_NOT_FOUND', 'ACTION_NOT_ALLOWED'],
        params: idParams,
        response: { 204: {} },
      },
      config: { access: { need: 'sign_in', action: 'key.revoke' } },
    },
    async (request, reply) => {
      const of = managesAll(request) ? undefined : userOf(request);
      valueOf(await managed(access).keys.revoke(request.params.id, of));
      return reply.code(204).send();
    },
  );
}

/** A key that makes keys could make itself live for ever. */
function requireSession(request: FastifyRequest): void {
  if (request.rights.caller?.session !== undefined) return;
  throw new FailureError(
    failure('ACTION_NOT_ALLOWED', 'a key is made in a session, not with another key', {
      hint: 'sign in on the page',
    }),
  );
}

function managesAll(request: FastifyRequest): boolean {
  const identity = request.rights.caller?.identity;
  return identity?.isAdmin === true && identity.scope === 'admin' && identity.datasets === undefined;
}

function userOf(request: FastifyRequest): User {
  const user = request.rights.caller?.user;
  if (user !== undefined) return user;
  throw new FailureError(
    failure('ACTION_NOT_ALLOWED', 'keys belong to users; the operator is none', {
      hint: 'sign in on the page',
    }),
  );
}
