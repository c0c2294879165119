import { sql } from 'kysely';
import type { Instant } from '../../../base/units.ts';
import type { OutboxMessage } from '../../../ports/outbox.ts';
import { chunksOf, jsonRows, type RowValue } from '../json-rows.ts';
import type { Work } from '../transact.ts';

/** Adds messages to the outbox. One whose id exists already is left as it is. */
export async function insertMessages(
  trx: Work,
  messages: readonly OutboxMessage[],
  at: Instant,
): Promise<void> {
  for (const chunk of chunksOf(messages, 100)) {
    await sql`
      insert into outbox (id, dataset, channel, message, created_at, due_at)
      select id, dataset, channel, message, ${at}::double precision, coalesce(due_at, ${at}::double precision)
      from json_to_recordset(${jsonRows(chunk.map(outboxRow))}) as row (
        position integer, id text, dataset text, channel text, message jsonb, due_at double precision
      )
      order by position
      on conflict (id) do nothing`.execute(trx);
  }
}

function outboxRow(message: OutboxMessage, position: number): Record<string, RowValue> {
  const { dueAt = null, ...rest } = message;
  return { position, ...rest, due_at: dueAt };
}
