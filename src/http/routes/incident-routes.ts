import type { FastifyInstance } from 'fastify';
import { incidentId } from '../../base/ids.ts';
import { instant } from '../../base/units.ts';
import type { IncidentPlace } from '../../ports/quality-store.ts';
import {
  type Incidents,
  type IncidentView,
  type PersonReason,
  personReasons,
} from '../../services/quality/incidents.ts';
import { cursorText, nextCursorText, type Place, pageOf, placeOf, timedPlace } from '../paging.ts';
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

/** Incidents: seeing them and dealing with them. */
export function incidentRoutes(app: FastifyInstance, incidents: Incidents): void {
  addReads(app, incidents);
  addActions(app, incidents);
}

type IncidentsQuery = {
  readonly dataset?: string;
  readonly open?: 'true' | 'false';
  readonly limit?: string;
  readonly cursor?: string;
};

function incidentPlace(place: Place): IncidentPlace | undefined {
  const found = timedPlace(place);
  return found && { openedAt: instant(found.at), id: incidentId(found.id) };
}

function addReads(app: FastifyInstance, incidents: Incidents): void {
  app.get<{ Querystring: IncidentsQuery }>(
    '/incidents',
    {
      schema: {
        summary: 'Lists incidents, newest first',
        querystring: object(
          {},
          { dataset: datasetText, open: flagText, limit: limitText, cursor: cursorText },
        ),
        response: { 200: object({ incidents: list(incidentSchema) }, { nextCursor: nextCursorText }) },
      },
      config: { access: { need: 'sign_in' } },
    },
    async ({ query, rights }) => {
      const limit = limitOf(query.limit);
      const found = await incidents.list({
        limit: limit + 1,
        ...(await rights.only()),
        ...(query.dataset === undefined ? {} : { dataset: datasetOf(query.dataset) }),
        ...(query.open === undefined ? {} : { open: query.open === 'true' }),
        ...placeOf(query.cursor, { list: 'incidents', read: incidentPlace }),
      });
      const placed = {
        list: 'incidents',
        limit,
        placeOf: (incident: IncidentView) => [incident.openedAt, incident.id],
      };
      const { lines, ...next } = pageOf(found, placed);
      return { incidents: await rights.shownIncidents(lines), ...next };
    },
  );

  app.get<{ Params: IdParams }>(
    '/incidents/:id',
    {
      schema: {
        summary: 'Shows an incident',
        errors: ['INCIDENT_NOT_FOUND'],
        params: idParams,
        response: { 200: incidentSchema },
      },
      config: { access: { need: 'follow', dataset: 'incident' } },
    },
    async ({ params, rights }) => rights.shownIncident(valueOf(await incidents.get(incidentId(params.id)))),
  );
}

function addActions(app: FastifyInstance, incidents: Incidents): void {
  const errors = ['INCIDENT_NOT_FOUND', 'ACTION_NOT_ALLOWED'] as const;
  const schema = { params: idParams, response: { 200: incidentSchema }, errors };

  app.post<{ Params: IdParams; Body: { by?: string } }>(
    '/incidents/:id/acknowledge',
    {
      schema: {
        ...schema,
        summary: 'Says that somebody has seen an incident',
        body: object({}, { by: person }),
      },
      config: { access: { need: 'follow', dataset: 'incident', action: 'incident.acknowledge' } },
    },
    async ({ params, body, rights }) =>
      rights.shownIncident(valueOf(await incidents.acknowledge(incidentId(params.id), rights.who(body.by)))),
  );

  app.post<{ Params: IdParams; Body: { by?: string; to: string } }>(
    '/incidents/:id/assign',
    {
      schema: {
        ...schema,
        summary: 'Gives an incident to somebody',
        body: object({ to: person }, { by: person }),
      },
      config: { access: { need: 'own', dataset: 'incident', action: 'incident.assign' } },
    },
    async ({ params, body, rights }) => {
      const wish = { by: rights.who(body.by), to: body.to };
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
      config: { access: { need: 'own', dataset: 'incident', action: 'incident.resolve' } },
    },
    async ({ params, body, rights }) => {
      const wish = { by: rights.who(body.by), reason: body.reason };
      return valueOf(await incidents.resolve(incidentId(params.id), wish));
    },
  );

  app.post<{ Params: IdParams; Body: { by?: string } }>(
    '/incidents/:id/reopen',
    {
      schema: { ...schema, summary: 'Takes a resolution back', body: object({}, { by: person }) },
      config: { access: { need: 'own', dataset: 'incident', action: 'incident.reopen' } },
    },
    async ({ params, body, rights }) =>
      valueOf(await incidents.reopen(incidentId(params.id), rights.who(body.by))),
  );
}
