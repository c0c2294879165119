import type { Failure } from '../../base/errors.ts';
import type { RevisionRef } from '../datasets/revision.ts';
import type { Evaluation } from './evaluate.ts';
import { resultIdOf } from './result-id.ts';

/** The evaluation of a revision whose measurement is incomplete: one error, and no verdicts that would be false. */
export function failedEvaluation(revision: RevisionRef, error: Failure): Evaluation {
  return errorEvaluation(revision, error, 'measurement');
}

/**
 * The evaluation of a partition that could not be ingested. It has no revision of its own: number 0 stands for it, which
 * every good revision comes after.
 */
export function failureEvaluation(
  partition: Pick<RevisionRef, 'dataset' | 'partition'>,
  error: Failure,
): Evaluation {
  return errorEvaluation({ ...partition, number: 0 }, error, 'ingest');
}

function errorEvaluation(revision: RevisionRef, error: Failure, check: string): Evaluation {
  const message = error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  return {
    revision,
    values: [],
    details: [],
    results: [
      {
        id: resultIdOf(revision, check),
        revision,
        check,
        metric: 'row_count',
        status: 'error',
        severity: 1_000,
        record: { kind: 'error', code: error.code, message },
      },
    ],
  };
}
