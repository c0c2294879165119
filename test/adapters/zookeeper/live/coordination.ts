import { after, before, describe } from 'node:test';
import { coordinationConformance } from '../../../conformance/coordination.ts';
import { type Ensemble, startEnsemble } from '../../../support/zookeeper/ensemble.ts';
import { TestSessions } from '../../../support/zookeeper/sessions.ts';

describe('coordination on an ensemble', () => {
  let ensemble: Ensemble;
  before(async () => {
    ensemble = await startEnsemble({ servers: 3 });
  });
  after(async () => {
    await ensemble[Symbol.asyncDispose]();
  });

  coordinationConformance('ZooKeeper', async () => new TestSessions(ensemble));
});
