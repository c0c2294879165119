import type { Outcome } from '../base/outcome.ts';
import type { SecretReference } from '../core/datasets/provider-definition.ts';

/** Resolves references to secrets at the moment of use. Values are never stored, logged or returned by the API. */
export interface Secrets {
  /** The secret's value, or `SECRET_MISSING` naming the reference, never the value. */
  resolve(reference: SecretReference): Promise<Outcome<string>>;
}
