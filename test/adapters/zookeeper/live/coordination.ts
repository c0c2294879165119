import { describe } from 'node:test';
import { coordinationConformance } from '../../../conformance/coordination.ts';
import type { TestClients } from '../../../support/zookeeper/clients.ts';
import type { Ensemble } from '../../../support/zookeeper/ensemble.ts';
import { onEnsemble } from '../../../support/zookeeper/on-ensemble.ts';
import { TestSessions } from '../../../support/zookeeper/sessions.ts';
import { coordinationFailures } from './coordination-failures.ts';
import { deathWatch } from './death-watch.ts';
import { poisonedEntries } from './poisoned-entries.ts';

describe('coordination on an ensemble', () => {
  let ensemble: Ensemble;
  let clients: TestClients;
  onEnsemble((...own) => {
    [ensemble, clients] = own;
  });
  const parts = () => ({ ensemble, clients });

  coordinationConformance('ZooKeeper', async () => new TestSessions(clients));
  poisonedEntries(parts);
  deathWatch(parts);
  coordinationFailures(parts);
});
