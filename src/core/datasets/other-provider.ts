import { FailureError, failure } from '../../base/errors.ts';

/** The definition names another provider, or another place, than when a partition was listed: what was listed is not fetched any more. */
export function otherProvider(): FailureError {
  const message = 'The definition names another source than when the partition was listed';
  return new FailureError(failure('SOURCE_CHANGED', message, { hint: 'The next scan lists it anew' }));
}
