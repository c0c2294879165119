import type { ClusterName } from '../base/ids.ts';
import type { LocalRole } from './local-cluster.ts';

/** A process of a cluster that somebody else runs. */
export type GivenProcess = {
  readonly name: string;
  readonly role: LocalRole;
  /** Of managers and nodes. */
  readonly cluster?: ClusterName;
  readonly zone: string;
  /** Where it answers `/readyz` and `/metrics`; absent for servers that are not Assay's, which are taken to be well. */
  readonly url?: string;
};

/**
 * What can be done to the processes of a given cluster: commands of the shell, which find in `ASSAY_PROCESS`, `ASSAY_ROLE`,
 * `ASSAY_CLUSTER`, `ASSAY_ZONE`, `ASSAY_URL` and `ASSAY_BUILD` what they are about. Exit code 0: it was done. Without
 * `start`, something else starts again what has died.
 */
export type GivenCommands = {
  readonly kill?: string;
  readonly stop?: string;
  readonly start?: string;
  readonly pause?: string;
  readonly resume?: string;
  /** Stops a process in good order and starts it from the build `ASSAY_BUILD`. */
  readonly replace?: string;
};
