import type { FastifyInstance } from 'fastify';
import { incidentId } from '../../base/ids.ts';
import { type Incidents, type PersonReason, personReasons } from '../../services/quality/incidents.ts';
import { valueOf } from '../problem.ts';
import {
  datasetOf,
  datasetText,
  flagText,
  type IdParams,
  idParams,
  limitOf,
  limitText,
} from '../schemas/request-schemas.ts';
import { incidentSchema } from '../schemas/response-schemas.ts';
import { boundedText, described, list, object, word } from '../schemas/schema-kit.ts';

const person = described(boundedText(200), 'A name or an e-mail address.');
const anybody = 'somebody';

/** Incidents: seeing them and dealing with them. */
export function incidentRoutes(app: FastifyInstance, incidents: Incidents): void {
  addReads(app, incidents);
  addActions(app, incidents);
}

function addReads(app: FastifyInstance, incidents: Incidents): void {
  app.get<{ Querystring: { dataset?: string; open?: 'true' | 'false'; limit?: string } }>(
    '/incidents',
    {
      schema: {
        summary: 'Lists incidents, newest first',
        querystring: object({}, { dataset: datasetText, open: flagText, limit: limitText }),
        response: { 200: object({ incidents: list(incidentSchema) }) },
      },
    },
    async ({ query }) => ({
      incidents: await incidents.list({
        limit: limitOf(query.limit),
        ...(query.dataset === undefined ? {} : { dataset: datasetOf(query.dataset) }),
        ...(query.open === undefined ? {} : { open: query.open === 'true' }),
      }),
    }),
  );

  app.get<{ Params: IdParams }>(
    '/incidents/:id',
    { schema: { summary: 'Shows an incident', params: idParams, response: { 200: incidentSchema } } },
    async ({ params }) => valueOf(await incidents.get(incidentId(params.id))),
  );
}

function addActions(app: FastifyInstance, incidents: Incidents): void {
  const schema = { params: idParams, response: { 200: incidentSchema } };

  app.post<{ Params: IdParams; Body: { by?: string } }>(
    '/incidents/:id/acknowledge',
    {
      schema: {
        ...schema,
        summary: 'Says that somebody has seen an incident',
        body: object({}, { by: person }),
      },
    },
    async ({ params, body }) =>
      valueOf(await incidents.acknowledge(incidentId(params.id), body.by ?? anybody)),
  );

  app.post<{ Params: IdParams; Body: { by?: string; to: string } }>(
    '/incidents/:id/assign',
    {
      schema: {
        ...schema,
        summary: 'Gives an incident to somebody',
        body: object({ to: person }, { by: person }),
      },
    },
    async ({ params, body }) => {
      const wish = { by: body.by ?? anybody, to: body.to };
      return valueOf(await incidents.assign(incidentId(params.id), wish));
    },
  );

  app.post<{ Params: IdParams; Body: { by?: string; reason: PersonReason } }>(
    '/incidents/:id/resolve',
    {
      schema: {
        ...schema,
        summary: 'Closes an incident; the reason teaches the thresholds',
        body: object({ reason: word(...personReasons) }, { by: person }),
      },
    },
    async ({ params, body }) => {
      const wish = { by: body.by ?? anybody, reason: body.reason };
      return valueOf(await incidents.resolve(incidentId(params.id), wish));
    },
  );

  app.post<{ Params: IdParams; Body: { by?: string } }>(
    '/incidents/:id/reopen',
    { schema: { ...schema, summary: 'Takes a resolution back', body: object({}, { by: person }) } },
    async ({ params, body }) => valueOf(await incidents.reopen(incidentId(params.id), body.by ?? anybody)),
  );
}
