import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Outcome } from '../../base/outcome.ts';
import { instant } from '../../base/units.ts';
import type { Access } from '../../services/access/access.ts';
import type { NewSession } from '../../services/access/sign-in.ts';
import { type UserView, userView } from '../../services/access/users.ts';
import type { Kit } from '../../services/kit.ts';
import { valueOf } from '../problem.ts';
import {
  acceptBody,
  invitedSchema,
  linkSchema,
  passwordBody,
  sessionSchema,
  setupBody,
  signInBody,
  tokenBody,
} from '../schemas/access-schemas.ts';
import { clearSessionCookie, sessionTokenOf, setSessionCookie } from './cookies.ts';
import { csrfTokenOf } from './guard.ts';
import { linkTo } from './link-address.ts';
import { managed } from './managed.ts';

/** What the page knows of whoever looks at it. */
type SessionView = {
  readonly access: 'on' | 'off';
  readonly setupNeeded: boolean;
  readonly user?: UserView;
  readonly operator?: boolean;
  readonly csrf?: string;
  readonly endsAt?: number;
};

/** Coming in and going out: sessions, the first administrator, invitations, one's own password. */
export function sessionRoutes(app: FastifyInstance, kit: Kit, access: Access | undefined): void {
  addSession(app, access);
  addPassword(app, access);
  addLinks(app, kit, access);
}

function addSession(app: FastifyInstance, access: Access | undefined): void {
  app.get(
    '/session',
    {
      schema: {
        summary: 'Tells who is signed in, and what the page needs for its writes',
        querystring: {},
        response: { 200: sessionSchema },
      },
      config: { access: { need: 'nobody' } },
    },
    async (request): Promise<SessionView> => {
      if (access === undefined) return { access: 'off', setupNeeded: false };
      const { caller } = request.rights;
      const base = { access: 'on', setupNeeded: await access.isSetUpNeeded() } as const;
      if (caller === undefined) return base;
      if (caller.user === undefined) return { ...base, operator: true };
      const token = caller.session && sessionTokenOf(request);
      return {
        ...base,
        user: userView(caller.user),
        ...(token === undefined ? {} : { csrf: csrfTokenOf(access, token) }),
        ...(caller.session === undefined ? {} : { endsAt: caller.session.endsAt }),
      };
    },
  );

  app.post<{ Body: { email: string; password: string } }>(
    '/session',
    {
      schema: {
        summary: 'Signs in: begins a session, which a cookie keeps',
        errors: ['SIGN_IN_REFUSED', 'SIGN_IN_THROTTLED', 'ACTION_NOT_ALLOWED'],
        body: signInBody,
        response: { 200: sessionSchema },
      },
      config: { access: { need: 'nobody', action: 'session.begin' }, tellsSecret: true },
    },
    async (request, reply) => {
      const service = managed(access);
      const begun = await service.signIn.signIn({ ...request.body, address: request.ip });
      return entered({ request, reply, access: service }, begun);
    },
  );

  app.delete(
    '/session',
    {
      schema: { summary: 'Signs out: ends the session', response: { 204: {} } },
      config: { access: { need: 'nobody', action: 'session.end' } },
    },
    async (request, reply) => {
      const { caller } = request.rights;
      if (access !== undefined && caller !== undefined) await access.signIn.signOut(caller);
      clearSessionCookie(request, reply);
      return reply.code(204).send();
    },
  );
}

function addPassword(app: FastifyInstance, access: Access | undefined): void {
  app.put<{ Body: { current: string; password: string } }>(
    '/session/password',
    {
      schema: {
        summary: 'Sets another password of one’s own, and ends all other sessions',
        errors: ['SIGN_IN_REFUSED', 'SIGN_IN_THROTTLED', 'PASSWORD_UNFIT', 'ACTION_NOT_ALLOWED'],
        body: passwordBody,
        response: { 200: sessionSchema },
      },
      config: { access: { need: 'sign_in', action: 'password.change' }, tellsSecret: true },
    },
    async (request, reply) => {
      const service = managed(access);
      const { caller } = request.rights;
      if (caller?.user === undefined || caller.session === undefined) {
        throw new FailureError(
          failure('ACTION_NOT_ALLOWED', 'a password is changed in a session, not with a key', {
            hint: 'sign in on the page',
          }),
        );
      }
      const given = { ...request.body, address: request.ip };
      return entered(
        { request, reply, access: service },
        await service.signIn.changePassword(caller.user, given),
      );
    },
  );
}

function addLinks(app: FastifyInstance, kit: Kit, access: Access | undefined): void {
  app.post<{ Body: { token: string; email: string; name: string; password: string } }>(
    '/setup',
    {
      schema: {
        summary: 'Makes the first administrator, or another one, by a link that only the operator can make',
        errors: ['LINK_INVALID', 'PASSWORD_UNFIT', 'ACTION_NOT_ALLOWED'],
        body: setupBody,
        response: { 200: sessionSchema },
      },
      config: { access: { need: 'nobody', action: 'setup' }, tellsSecret: true },
    },
    async (request, reply) => {
      const service = managed(access);
      return entered({ request, reply, access: service }, await service.signIn.setUp(request.body));
    },
  );

  app.post(
    '/setup/link',
    {
      schema: {
        summary: 'Makes a link by which somebody becomes an administrator; the one before is void',
        errors: ['ACTION_NOT_ALLOWED'],
        querystring: {},
        response: { 201: linkSchema },
      },
      config: { access: { need: 'admin', action: 'setup.link' }, tellsSecret: true },
    },
    async (request, reply) => {
      const token = await managed(access).signIn.setupLink({ unlessAny: false });
      const expiresAt = instant(kit.clock.now() + limits.accessLinkAgeMs);
      return reply.code(201).send({ url: linkTo(request, { page: 'setup', token: token ?? '' }), expiresAt });
    },
  );

  app.post<{ Body: { token: string } }>(
    '/invitations/lookup',
    {
      schema: {
        summary: 'Tells whom an invitation is for',
        errors: ['LINK_INVALID', 'ACTION_NOT_ALLOWED'],
        body: tokenBody,
        response: { 200: invitedSchema },
      },
      config: { access: { need: 'nobody' }, changesNothing: true },
    },
    async ({ body }) => {
      const { email, name } = valueOf(await managed(access).signIn.invitation(body.token));
      return { email, name };
    },
  );

  app.post<{ Body: { token: string; password: string; name?: string } }>(
    '/invitations/accept',
    {
      schema: {
        summary: 'Sets the password of somebody who was invited, and signs in',
        errors: ['LINK_INVALID', 'PASSWORD_UNFIT', 'ACTION_NOT_ALLOWED'],
        body: acceptBody,
        response: { 200: sessionSchema },
      },
      config: { access: { need: 'nobody', action: 'invitation.accept' }, tellsSecret: true },
    },
    async (request, reply) => {
      const service = managed(access);
      return entered({ request, reply, access: service }, await service.signIn.accept(request.body));
    },
  );
}

/** The answer to somebody who has just come in, with the cookie. Whatever session the browser had, it has a new one. */
async function entered(
  to: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly access: Access },
  begun: Outcome<NewSession>,
): Promise<SessionView> {
  const { request, reply, access } = to;
  const { token, user } = valueOf(begun);
  const before = request.rights.caller;
  if (before?.session !== undefined) await access.signIn.signOut(before);
  setSessionCookie(request, reply, token);
  request.rights.noted = { who: user.email };
  return {
    access: 'on',
    setupNeeded: await access.isSetUpNeeded(),
    user: userView(user),
    csrf: csrfTokenOf(access, token),
  };
}
