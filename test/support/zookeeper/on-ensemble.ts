import { after, before, beforeEach } from 'node:test';
import { TestClients } from './clients.ts';
import { type Ensemble, startEnsemble } from './ensemble.ts';

/** Gives the tests of a suite an ensemble of three, whole at the beginning of each, and clients of it. */
export function onEnsemble(take: (ensemble: Ensemble, clients: TestClients) => void): void {
  let ensemble: Ensemble;
  let clients: TestClients;
  before(async () => {
    ensemble = await startEnsemble({ servers: 3 });
    clients = new TestClients(ensemble);
    take(ensemble, clients);
  });
  beforeEach(async () => {
    for (const server of ensemble.servers) server.thaw();
    await ensemble.whole();
  });
  after(async () => {
    await clients[Symbol.asyncDispose]();
    await ensemble[Symbol.asyncDispose]();
  });
}
