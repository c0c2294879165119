import { FailureError, failure } from '../../base/errors.ts';
import type { Access } from '../../services/access/access.ts';

/** Access control, where it is on: `ACTION_NOT_ALLOWED`. While it is off, nobody can be told apart who would manage it. */
export function managed(access: Access | undefined): Access {
  if (access !== undefined) return access;
  throw new FailureError(
    failure('ACTION_NOT_ALLOWED', 'access control is off: everybody may do everything', {
      hint: 'start the service without ASSAY_ACCESS=off',
    }),
  );
}
