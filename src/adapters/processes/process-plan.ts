import type { ClusterName } from '../../base/ids.ts';
import type { LocalRole } from '../../ports/local-cluster.ts';
import type { Command } from './child-run.ts';
import type { LogFile } from './log-file.ts';

/** How one process of the cluster is started, known to be ready, and stopped. */
export type ProcessPlan = {
  readonly name: string;
  readonly role: LocalRole;
  readonly cluster?: ClusterName;
  readonly zone: string;
  readonly log: LogFile;
  /** Called anew at each start; writes what the process reads at its start. */
  readonly command: (build: string) => Command;
  /** Asked again and again from the start on, with what the process has written: undefined until it is ready. */
  readonly readiness: (said: string) => Readiness | undefined | Promise<Readiness | undefined>;
  /** What makes it stop in good order. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** What it writes when another program has its port: it will not come up there. */
  readonly portIsTaken: RegExp;
  /** What it writes when it can not start yet, because of what is left of its life before: it is started again. */
  readonly isTooEarly?: RegExp;
};

export type Readiness = { readonly url?: string };
