import { runUserQuery } from '../../../../src/adapters/duckdb/sandbox/query.ts';
import { openInstance, Session } from '../../../../src/adapters/duckdb/worker/session.ts';
import type { QueryRequest } from '../../../../src/ports/engine.ts';

/** Runs statements as a worker does, but without the look at them that comes before; writes each outcome as JSON. */
const [directory = '', source = '', ...statements] = process.argv.slice(2);
const instance = await openInstance(directory);
for (const sql of statements) {
  const query = { kind: 'failed_rows', metric: 'asked', sql } as const;
  const request: QueryRequest = { ...(JSON.parse(source) as Omit<QueryRequest, 'query'>), query };
  await using session = await Session.open(instance, { threads: 1, memoryMb: 512 });
  const outcome = await runUserQuery(session, request, query);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
