import type { FastifyInstance } from 'fastify';
import { instant } from '../../base/units.ts';
import type { AuditFilter, NotedEntry } from '../../ports/access-store.ts';
import type { Access } from '../../services/access/access.ts';
import { cursorText, nextCursorText, type Place, pageOf, placeOf } from '../paging.ts';
import { auditEntrySchema } from '../schemas/access-schemas.ts';
import { datasetText, limitOf, limitText } from '../schemas/request-schemas.ts';
import { boundedText, described, list, object } from '../schemas/schema-kit.ts';
import { managed } from './managed.ts';

type AuditQuery = {
  readonly who?: string;
  readonly action?: string;
  readonly dataset?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: string;
  readonly cursor?: string;
};

const timeText = {
  type: 'string',
  pattern: '^\\d{1,15}$',
  description: 'Milliseconds since 1970-01-01T00:00:00Z.',
};
const auditQuery = object(
  {},
  {
    who: described(boundedText(254), 'An e-mail address, or `operator`.'),
    action: described(boundedText(100), 'What was done, such as incident.resolve.'),
    dataset: datasetText,
    from: timeText,
    to: timeText,
    limit: limitText,
    cursor: cursorText,
  },
);

/** Who did what, for administrators. */
export function auditRoutes(app: FastifyInstance, access: Access | undefined): void {
  app.get<{ Querystring: AuditQuery }>(
    '/audit',
    {
      schema: {
        summary: 'Lists who changed what, newest first',
        errors: ['ACTION_NOT_ALLOWED'],
        querystring: auditQuery,
        response: { 200: object({ entries: list(auditEntrySchema) }, { nextCursor: nextCursorText }) },
      },
      config: { access: { need: 'admin' } },
    },
    async ({ query }) => {
      const limit = limitOf(query.limit);
      const found = await managed(access).audit({ ...filterOf(query), limit: limit + 1 });
      const placed = { list: 'audit', limit, placeOf: (entry: NotedEntry) => [entry.sequence] };
      const { lines, ...next } = pageOf(found, placed);
      return { entries: lines, ...next };
    },
  );
}

function filterOf({ who, action, dataset, from, to, cursor }: AuditQuery): Omit<AuditFilter, 'limit'> {
  const { after: before } = placeOf(cursor, { list: 'audit', read: sequencePlace });
  return {
    ...(who === undefined ? {} : { who }),
    ...(action === undefined ? {} : { action }),
    ...(dataset === undefined ? {} : { dataset }),
    ...(from === undefined ? {} : { from: instant(Number(from)) }),
    ...(to === undefined ? {} : { to: instant(Number(to)) }),
    ...(before === undefined ? {} : { before }),
  };
}

function sequencePlace([sequence, ...rest]: Place): number | undefined {
  return typeof sequence === 'number' && Number.isSafeInteger(sequence) && rest.length === 0
    ? sequence
    : undefined;
}
