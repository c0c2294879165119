import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { assert } from '../../base/assert.ts';
import { type Failure, FailureError, failure } from '../../base/errors.ts';
import { type DatasetName, incidentId, jobId, resultId } from '../../base/ids.ts';
import {
  type AccessPolicy,
  type DatasetPlace,
  type Decision,
  decideOnDataset,
  decideRequest,
} from '../../core/access/policy.ts';
import type { Access } from '../../services/access/access.ts';
import type { Caller } from '../../services/access/authenticator.ts';
import { unknownBackfill } from '../../services/ingestion/backfills.ts';
import { unknownJob } from '../../services/ingestion/job-history.ts';
import type { Kit } from '../../services/kit.ts';
import { unknownIncident } from '../../services/quality/incidents.ts';
import { unknownResult } from '../../services/quality/results.ts';
import { unknownDataset } from '../../services/registry/registry.ts';
import { datasetOf } from '../schemas/request-schemas.ts';
import { sessionTokenOf } from './cookies.ts';
import { denialHints, denials } from './denials.ts';
import { actionOf, isWrite, requirePolicies } from './policies.ts';
import { Rights } from './rights.ts';

/** The header by which the page proves that a request is its own: another site's page can not set it. */
const csrfHeader = 'x-assay-csrf';
const csrfPurpose = 'csrf';

/**
 * Lets every request through that its route's policy allows to whoever asks, and no other; notes what was changed. Without
 * `access` everybody may do everything, but every route has to say its policy all the same.
 */
export function addGuard(app: FastifyInstance, kit: Kit, access: Access | undefined): void {
  requirePolicies(app);
  app.decorateRequest('rights');
  app.addHook('onRequest', async (request, reply) => {
    const policy = request.routeOptions.config.access;
    request.rights = new Rights(access, undefined);
    if (access === undefined) return;
    // Without a policy there is no such route: nothing but that is said.
    assert(policy !== undefined || request.is404, 'every route has a policy');
    if (policy === undefined) return;
    const caller = await identify(request, access);
    request.rights = new Rights(access, caller);
    refuse(decideRequest(caller?.identity, policy, writing(request)), reply);
    // Coming in and going out needs none: what other sites send there is refused by its origin.
    if (caller?.session !== undefined && policy.need !== 'nobody') requireCsrf(request, access);
  });
  if (access === undefined) return;
  app.addHook('preHandler', async (request, reply) => {
    const policy = request.routeOptions.config.access;
    if (policy?.need !== 'follow' && policy?.need !== 'own') return;
    await requireDataset(request, reply, { access, policy });
  });
  app.addHook('onSend', async (request, reply, payload) => {
    await noteWrite(request, reply, { kit, access });
    return payload;
  });
}

/** Who asks: by a key, or by the session of a browser. Something that is none, or is over, is nobody's. */
export async function identify(request: FastifyRequest, access: Access): Promise<Caller | undefined> {
  const [, secret] = /^Bearer +(\S{1,200})$/i.exec(request.headers.authorization ?? '') ?? [];
  if (secret !== undefined) return access.authenticator.byKey(secret);
  if (request.headers.authorization !== undefined) return undefined;
  const token = sessionTokenOf(request);
  return token === undefined ? undefined : access.authenticator.bySession(token);
}

/** What the page sends along with each write of a session. */
export function csrfTokenOf(access: Access, token: string): string {
  return access.credentials.derived(token, csrfPurpose);
}

function requireCsrf(request: FastifyRequest, access: Access): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const token = sessionTokenOf(request) ?? '';
  const given = request.headers[csrfHeader];
  if (typeof given === 'string' && access.credentials.areSame(given, csrfTokenOf(access, token))) return;
  throw new FailureError(
    failure('CSRF_TOKEN_INVALID', `a change needs the header ${csrfHeader} with the token of the session`, {
      where: `headers/${csrfHeader}`,
      hint: 'take the `csrf` of GET /api/v1/session; programs use a key instead',
    }),
  );
}

async function requireDataset(
  request: FastifyRequest,
  reply: FastifyReply,
  { access, policy }: { access: Access; policy: AccessPolicy & { readonly need: 'follow' | 'own' } },
): Promise<void> {
  const identity = request.rights.caller?.identity;
  if (identity === undefined) throw new FailureError(signInRequired(reply));
  const { name, missing } = await datasetIn(request, policy.dataset, access);
  const facts = name && (await access.roles.facts(name));
  const decision = decideOnDataset(identity, policy, { facts, ...writing(request) });
  // The very answer to what is not there: nothing tells the two apart.
  if (decision.kind === 'hidden') throw new FailureError(missing);
  refuse(decision, reply);
  if (decision.kind === 'allowed' && decision.standing !== undefined)
    request.rights.standing = decision.standing;
  if (name !== undefined) request.rights.noted = { dataset: name };
}

/** The dataset that a request is about, and what is said when there is none. */
async function datasetIn(
  request: FastifyRequest,
  place: DatasetPlace,
  access: Access,
): Promise<{ readonly name: DatasetName | undefined; readonly missing: Failure }> {
  if (place === 'params' || place === 'body') {
    const name = datasetOf(textIn(request[place], 'dataset'));
    return { name, missing: unknownDataset(name) };
  }
  const id = textIn(request.params, 'id');
  const missing = missingOf[place](id);
  return { name: await access.roles.datasetOf(place === 'backfill' ? 'job' : place, id), missing };
}

function textIn(values: unknown, key: string): string {
  const text: unknown = typeof values === 'object' && values !== null ? Reflect.get(values, key) : undefined;
  return typeof text === 'string' ? text : '';
}

const missingOf: Readonly<Record<'result' | 'incident' | 'job' | 'backfill', (id: string) => Failure>> = {
  result: (id) => unknownResult(resultId(id)),
  incident: (id) => unknownIncident(incidentId(id)),
  job: (id) => unknownJob(jobId(id)),
  backfill: (id) => unknownBackfill(jobId(id)),
};

function refuse(decision: Decision, reply: FastifyReply): void {
  if (decision.kind === 'sign_in') throw new FailureError(signInRequired(reply));
  if (decision.kind === 'denied') {
    throw new FailureError(
      failure('ACCESS_DENIED', denials[decision.why], { hint: denialHints[decision.why] }),
    );
  }
}

function signInRequired(reply: FastifyReply): Failure {
  reply.header('www-authenticate', 'Bearer realm="Assay"');
  return failure('SIGN_IN_REQUIRED', 'this needs somebody who is signed in, or a valid key', {
    hint: 'sign in on the page; programs send a key as `Authorization: Bearer …`, the command line takes it from ASSAY_API_KEY, or from the data directory that ASSAY_DATA names',
  });
}

function writing(request: FastifyRequest): { readonly isWrite: boolean } {
  return { isWrite: isWrite({ method: request.method, config: request.routeOptions.config }) };
}

/** Who changed what: noted before the answer goes out, so that whoever has it can rely on that. */
async function noteWrite(
  request: FastifyRequest,
  reply: FastifyReply,
  { kit, access }: { readonly kit: Kit; readonly access: Access },
): Promise<void> {
  const { config, url } = request.routeOptions;
  const isReplay = reply.hasHeader('idempotent-replayed');
  if (config.access === undefined || !writing(request).isWrite || reply.statusCode >= 400 || isReplay) return;
  const { rights, method } = request;
  // Somebody who was not signed in has signed out.
  if (rights.caller === undefined && rights.noted.who === undefined) return;
  const subject = subjectOf(request);
  try {
    await access.note({
      who: rights.who(undefined),
      action: actionOf(config.access, { method, url: url ?? '' }),
      ...(subject === '' ? {} : { subject }),
      ...rights.noted,
      address: request.ip,
      requestId: request.id,
    });
  } catch (error) {
    // It was done all the same: the log keeps what the audit could not.
    kit.log.error('a change could not be noted in the audit', {
      requestId: request.id,
      who: rights.who(undefined),
      method,
      url: request.url,
      error,
    });
  }
}

/** What stands in the address beside the dataset, such as the id of an incident. */
function subjectOf(request: FastifyRequest): string {
  const params: unknown = request.params;
  const values = Object.entries(typeof params === 'object' && params !== null ? params : {});
  return values
    .flatMap(([name, value]) => (name === 'dataset' || typeof value !== 'string' ? [] : [value]))
    .join('/');
}
