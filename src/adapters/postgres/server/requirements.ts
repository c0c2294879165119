import { type Kysely, sql } from 'kysely';
import { type Failure, failure } from '../../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../../base/outcome.ts';
import type { Schema } from '../schema.ts';

/** The oldest version whose SQL is used and tested. */
const oldestMajor = 15;

/**
 * Whether Assay can work on a database: `DATABASE_UNREADABLE` names what is wrong with its version, its encoding or the
 * rights of the user, before anything is changed.
 */
export async function checkRequirements(db: Kysely<Schema>): Promise<Outcome<void>> {
  const { rows } = await sql<ServerFacts>`
    select current_setting('server_version_num')::integer / 10000 as major,
      current_setting('server_encoding') as encoding, pg_is_in_recovery() as is_standby,
      current_user::text as user_name, current_schema()::text as schema_name,
      coalesce(has_schema_privilege(current_schema()::text, 'create'), false) as may_create`.execute(db);
  const [facts] = rows;
  const problem = facts === undefined ? undefined : problemOf(facts);
  return problem === undefined ? succeed(undefined) : fail(problem);
}

type ServerFacts = {
  readonly major: number;
  readonly encoding: string;
  readonly is_standby: boolean;
  readonly user_name: string;
  readonly schema_name: string | null;
  readonly may_create: boolean;
};

/** What must be changed, and how. */
export function problemOf(facts: ServerFacts): Failure | undefined {
  const { major, encoding, user_name: user, schema_name: schema } = facts;
  if (major < oldestMajor) {
    return unfit(`the database server is PostgreSQL ${major}`, `use PostgreSQL ${oldestMajor} or newer`);
  }
  if (encoding !== 'UTF8') {
    return unfit(`the database has the encoding ${encoding}`, "create it with `encoding 'UTF8'`");
  }
  if (facts.is_standby) {
    return unfit(
      'the database server is a standby, which takes no changes',
      'give the address of the primary',
    );
  }
  if (schema === null) {
    return unfit(
      `the user ${user} has no schema to put tables into`,
      'create one that is named by its `search_path`, or own the database',
    );
  }
  if (!facts.may_create) {
    return unfit(
      `the user ${user} may not create tables in the schema ${schema}`,
      `as owner of the database: grant usage, create on schema ${schema} to ${user}`,
    );
  }
  return undefined;
}

function unfit(message: string, hint: string): Failure {
  return failure('DATABASE_UNREADABLE', message, { hint });
}
