import { failure } from '../../../base/errors.ts';
import { fail, type Outcome } from '../../../base/outcome.ts';
import type { QueryAnswer } from '../../../core/checks/partition-query.ts';
import type { QueryRequest } from '../../../ports/engine.ts';
import type { Session } from '../worker/session.ts';

/** Puts a question to all rows of a revision. */
export async function query(
  _session: Session,
  request: QueryRequest,
  _place: { readonly scratch: string },
): Promise<Outcome<QueryAnswer>> {
  return fail(failure('QUERY_REFUSED', `${request.query.metric} can not be answered yet`));
}
