import type { FastifyInstance } from 'fastify';
import { FailureError, failure, failureOf } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Kit } from '../../services/kit.ts';
import { healthSchema, readySchema } from '../schemas/response-schemas.ts';

/** One thing that must make progress for the service to be well: a database that answers, a manager that ticks. */
export type HealthProbe = {
  readonly name: string;
  /**
   * Resolves when all is well; rejects with what is not. An answer that takes too long counts as a failure. The message of
   * a `NOT_READY` is told to whoever asks: it names no hosts and no paths.
   */
  readonly check: () => Promise<void> | void;
};

export type HealthParts = {
  readonly kit: Kit;
  readonly version: string;
  /** Asked anew each time: what there is to look at may change while a process starts. */
  readonly probes: () => readonly HealthProbe[];
  /** Whether requests are welcome: false while starting and stopping. */
  readonly isReady: () => boolean;
};

/** `/healthz`, `/readyz` and `/metrics`, outside the API's versions. */
export function healthRoutes(app: FastifyInstance, parts: HealthParts): void {
  const { kit, version, probes, isReady } = parts;
  app.get(
    '/healthz',
    {
      schema: {
        summary: 'Whether the service makes progress',
        querystring: {},
        response: { 200: healthSchema, 503: healthSchema },
      },
      config: { access: { need: 'nobody' } },
    },
    async (_request, reply) => {
      const outcomes = await Promise.all(probes().map((probe) => probed(kit, probe)));
      const isWell = outcomes.every((outcome) => outcome.ok);
      // The body is the same shape either way: whoever asks wants to know which part fails.
      return reply
        .code(isWell ? 200 : 503)
        .send({ status: isWell ? 'ok' : 'failing', version, probes: outcomes });
    },
  );

  app.get(
    '/readyz',
    {
      schema: { summary: 'Whether requests are welcome now', response: { 200: readySchema } },
      config: { access: { need: 'nobody' } },
    },
    () => {
      if (!isReady()) throw new FailureError(failure('NOT_READY', 'the service is starting or stopping'));
      return { status: 'ready' };
    },
  );

  app.get(
    '/metrics',
    {
      schema: { summary: 'Operational metrics in the Prometheus text format' },
      config: { access: { need: 'nobody' } },
    },
    async (_request, reply) =>
      reply
        .header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
        .send(await kit.telemetry.render()),
  );
}

type ProbeOutcome = { readonly name: string; readonly ok: boolean; readonly detail?: string };

async function probed(kit: Kit, probe: HealthProbe): Promise<ProbeOutcome> {
  const stop = new AbortController();
  const tooLate = kit.clock
    .sleep(limits.healthTimeoutMs, stop.signal)
    .then(() => `no answer within ${limits.healthTimeoutMs} ms`);
  // Any other cause may name hosts and paths: it is for the log, the answer only says which part fails.
  const answer = Promise.resolve()
    .then(() => probe.check())
    .then(
      () => undefined,
      (error: unknown) => {
        kit.log.warn('a health probe failed', { probe: probe.name, failure: failureOf(error) });
        return error instanceof FailureError && error.failure.code === 'NOT_READY'
          ? error.failure.message
          : 'fails';
      },
    );
  const detail = await Promise.race([answer, tooLate]);
  stop.abort();
  return { name: probe.name, ok: detail === undefined, ...(detail === undefined ? {} : { detail }) };
}
