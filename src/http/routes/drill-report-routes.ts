import type { FastifyInstance } from 'fastify';
import type { DrillArchive } from '../../services/drills/drill-archive.ts';
import { valueOf } from '../problem.ts';
import { type IdParams, idParams } from '../schemas/request-schemas.ts';
import {
  count,
  described,
  flag,
  list,
  number,
  object,
  oneOf,
  text,
  time,
  word,
} from '../schemas/schema-kit.ts';

const line = {
  id: text,
  drill: word('failure', 'upgrade', 'capacity', 'recovery'),
  passed: flag,
  startedAt: time,
  tookMs: number,
  version: text,
  cluster: text,
};
const fault = object(
  { number: count, atMs: described(number, 'Since the start of the drill.'), kind: text, what: text },
  { nextEndMs: number, healedMs: number },
);
const report = object(
  {
    ...line,
    command: text,
    machine: text,
    findings: list(text),
    figures: list(object({ name: text, value: number }, { unit: word('ms') })),
    faults: list(fault),
  },
  {
    throughput: object({ bucketMs: number, tasks: list(number) }),
    table: object({ columns: list(text), rows: list(list(oneOf(text, number))) }),
  },
);

/** Reports of drills: kept for people to compare. */
export function drillReportRoutes(app: FastifyInstance, archive: DrillArchive): void {
  app.post<{ Body: { readonly report: unknown } }>(
    '/drill-reports',
    {
      schema: {
        summary: 'Keeps the report of a drill, as `assay drill … --json` writes it',
        errors: ['REQUEST_INVALID'],
        body: object({ report: described({ type: 'object' }, 'The report, without its events.') }),
        response: { 200: object({ id: text }) },
      },
      config: { access: { need: 'admin' } },
    },
    async ({ body }) => valueOf(await archive.add(body.report)),
  );

  app.get(
    '/drill-reports',
    {
      schema: {
        summary: 'Lists reports of drills, newest first',
        querystring: {},
        response: {
          200: object({ reports: list(object({ ...line, faults: count, findings: count })) }),
        },
      },
      config: { access: { need: 'sign_in' } },
    },
    async () => ({ reports: await archive.list() }),
  );

  app.get<{ Params: IdParams }>(
    '/drill-reports/:id',
    {
      schema: {
        summary: 'Shows the report of a drill',
        errors: ['DRILL_REPORT_NOT_FOUND'],
        params: idParams,
        response: { 200: report },
      },
      config: { access: { need: 'sign_in' } },
    },
    async ({ params }) => valueOf(await archive.get(params.id)),
  );
}
