import type { FastifyInstance } from 'fastify';
import type { Access } from '../../services/access/access.ts';
import type { UserView } from '../../services/access/users.ts';
import { cursorText, nextCursorText, pageOf, placeOf, textPlace } from '../paging.ts';
import { valueOf } from '../problem.ts';
import { newUserBody, userBody, userSchema, userWithLinkSchema } from '../schemas/access-schemas.ts';
import { type IdParams, idParams, limitOf, limitText } from '../schemas/request-schemas.ts';
import { list, object } from '../schemas/schema-kit.ts';
import { linkTo } from './link-address.ts';
import { managed } from './managed.ts';

type NewUser = {
  readonly email: string;
  readonly name: string;
  readonly admin?: boolean;
  readonly mayRegister?: boolean;
};
type UserWish = {
  readonly name?: string;
  readonly admin?: boolean;
  readonly mayRegister?: boolean;
  readonly disabled?: boolean;
};

/** The people who may use an installation, for administrators. */
export function userRoutes(app: FastifyInstance, access: Access | undefined): void {
  addReads(app, access);
  addInvitations(app, access);
  addChanges(app, access);
}

function addReads(app: FastifyInstance, access: Access | undefined): void {
  app.get<{ Querystring: { limit?: string; cursor?: string } }>(
    '/users',
    {
      schema: {
        summary: 'Lists users by e-mail address',
        errors: ['ACTION_NOT_ALLOWED'],
        querystring: object({}, { limit: limitText, cursor: cursorText }),
        response: { 200: object({ users: list(userSchema) }, { nextCursor: nextCursorText }) },
      },
      config: { access: { need: 'admin' } },
    },
    async ({ query }) => {
      const limit = limitOf(query.limit);
      const place = placeOf(query.cursor, { list: 'users', read: textPlace });
      const found = await managed(access).users.list({ ...place, limit: limit + 1 });
      const { lines, ...next } = pageOf(found, {
        list: 'users',
        limit,
        placeOf: (user: UserView) => [user.email],
      });
      return { users: lines, ...next };
    },
  );
}

function addInvitations(app: FastifyInstance, access: Access | undefined): void {
  app.post<{ Body: NewUser }>(
    '/users',
    {
      schema: {
        summary: 'Adds a user, who sets a password by the link in the answer',
        errors: ['USER_EXISTS', 'ACTION_NOT_ALLOWED'],
        body: newUserBody,
        response: { 201: userWithLinkSchema },
      },
      config: { access: { need: 'admin', action: 'user.add' }, tellsSecret: true },
    },
    async (request, reply) => {
      const { user, invitation } = valueOf(await managed(access).users.add(request.body));
      request.rights.noted = { subject: user.email };
      const url = linkTo(request, { page: 'invitation', token: invitation.token });
      return reply.code(201).send({ user, invitation: { url, expiresAt: invitation.expiresAt } });
    },
  );

  app.post<{ Params: IdParams }>(
    '/users/:id/invitation',
    {
      schema: {
        summary: 'Makes another link by which a user sets a password, such as a forgotten one',
        errors: ['USER_NOT_FOUND', 'ACTION_NOT_ALLOWED'],
        params: idParams,
        response: { 201: userWithLinkSchema },
      },
      config: { access: { need: 'admin', action: 'user.invite' }, tellsSecret: true },
    },
    async (request, reply) => {
      const { user, invitation } = valueOf(await managed(access).users.invite(request.params.id));
      request.rights.noted = { subject: user.email };
      const url = linkTo(request, { page: 'invitation', token: invitation.token });
      return reply.code(201).send({ user, invitation: { url, expiresAt: invitation.expiresAt } });
    },
  );
}

function addChanges(app: FastifyInstance, access: Access | undefined): void {
  app.patch<{ Params: IdParams; Body: UserWish }>(
    '/users/:id',
    {
      schema: {
        summary: 'Changes a user; who is disabled is signed out, and their keys stand still',
        errors: ['USER_NOT_FOUND', 'ACTION_NOT_ALLOWED'],
        params: idParams,
        body: userBody,
        response: { 200: userSchema },
      },
      config: { access: { need: 'admin', action: 'user.change' } },
    },
    async (request) => {
      const user = valueOf(await managed(access).users.change(request.params.id, request.body));
      request.rights.noted = { subject: user.email };
      return user;
    },
  );

  app.delete<{ Params: IdParams }>(
    '/users/:id',
    {
      schema: {
        summary: 'Removes a user with sessions, keys and roles',
        errors: ['USER_NOT_FOUND', 'ACTION_NOT_ALLOWED'],
        params: idParams,
        response: { 204: {} },
      },
      config: { access: { need: 'admin', action: 'user.remove' } },
    },
    async ({ params }, reply) => {
      valueOf(await managed(access).users.remove(params.id));
      return reply.code(204).send();
    },
  );
}
