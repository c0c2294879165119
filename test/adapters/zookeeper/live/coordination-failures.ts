import type { TestClients } from '../../../support/zookeeper/clients.ts';
import type { Ensemble } from '../../../support/zookeeper/ensemble.ts';
export function coordinationFailures(
  _parts: () => { readonly ensemble: Ensemble; readonly clients: TestClients },
): void {}
