import { sql } from 'kysely';
import type { DatasetName } from '../../../base/ids.ts';
import { instant } from '../../../base/units.ts';
import type { DatasetFacts, Role } from '../../../core/access/identity.ts';
import type { Member, MemberStore } from '../../../ports/access-store.ts';
import { decodeJson } from '../json.ts';
import { decodeText, encodeText } from '../safe-text.ts';
import { type Connection, transact } from '../transact.ts';

/** Roles on datasets in PostgreSQL. */
export class PostgresMemberStore implements MemberStore {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async facts(dataset: DatasetName): Promise<DatasetFacts | undefined> {
    const { rows } = await sql<FactsRow>`${selectFacts} where dataset.name = ${dataset}`.execute(this.#db);
    return rows[0] && factsOf(rows[0]);
  }

  async allFacts(): Promise<readonly DatasetFacts[]> {
    const { rows } = await sql<FactsRow>`${selectFacts} order by dataset.name`.execute(this.#db);
    return rows.map(factsOf);
  }

  async list(dataset: DatasetName): Promise<readonly Member[]> {
    const rows = await this.#db
      .selectFrom('dataset_member')
      .selectAll()
      .where('dataset', '=', dataset)
      .orderBy('email')
      .execute();
    return rows.map((row) => ({
      email: decodeText(row.email),
      role: row.role as Role,
      addedBy: decodeText(row.added_by),
      addedAt: instant(row.added_at),
    }));
  }

  put(dataset: DatasetName, member: Member, max: number): Promise<boolean> {
    return transact(this.#db, async (trx) => {
      const known = await trx
        .selectFrom('dataset')
        .select('name')
        .where('name', '=', dataset)
        .forUpdate()
        .executeTakeFirst();
      const { rows } = await sql<{ count: number }>`
        select count(*)::integer as count from dataset_member
        where dataset = ${dataset} and email <> ${encodeText(member.email)}`.execute(trx);
      if (known === undefined || (rows[0]?.count ?? 0) >= max) return false;
      const row = { role: member.role, added_by: encodeText(member.addedBy), added_at: member.addedAt };
      await trx
        .insertInto('dataset_member')
        .values({ dataset, email: encodeText(member.email), ...row })
        .onConflict((conflict) => conflict.columns(['dataset', 'email']).doUpdateSet(row))
        .execute();
      return true;
    });
  }

  async remove(dataset: DatasetName, email: string): Promise<boolean> {
    const gone = await this.#db
      .deleteFrom('dataset_member')
      .where('dataset', '=', dataset)
      .where('email', '=', encodeText(email))
      .returning('email')
      .executeTakeFirst();
    return gone !== undefined;
  }

  async datasetOf(what: 'result' | 'incident' | 'job', id: string): Promise<DatasetName | undefined> {
    const { rows } = await sql<{ dataset: DatasetName }>`${datasetOf[what]} ${encodeText(id)}`.execute(
      this.#db,
    );
    return rows[0]?.dataset;
  }
}

const datasetOf = {
  result: sql`
    select evaluation.dataset from result join evaluation on evaluation.id = result.evaluation where result.id =`,
  incident: sql`select dataset from incident where id =`,
  job: sql`select dataset from job where id =`,
} as const;

const selectFacts = sql`
  select
    dataset.name,
    coalesce((dataset.definition ->> 'private')::boolean, false) as private,
    dataset.definition ->> 'owner' as owner,
    dataset.definition -> 'followers' as followers,
    (
      select jsonb_object_agg(email, role) from dataset_member as member where member.dataset = dataset.name
    ) as members
  from dataset`;

type FactsRow = {
  readonly name: DatasetName;
  readonly private: boolean;
  readonly owner: string;
  readonly followers: string;
  readonly members: string | null;
};

function factsOf(row: FactsRow): DatasetFacts {
  return {
    dataset: row.name,
    isPrivate: row.private,
    owner: decodeText(row.owner),
    followers: decodeJson<readonly string[]>(row.followers),
    members: row.members === null ? {} : decodeJson<Readonly<Record<string, Role>>>(row.members),
  };
}
