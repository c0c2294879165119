import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Database } from '../../src/ports/database.ts';
import { accessConformance } from './database-access.ts';
import { changeLogConformance } from './database-changes.ts';
import { commitConformance } from './database-commits.ts';
import { datasetStoreConformance } from './database-datasets.ts';
import { evaluationConformance } from './database-evaluations.ts';
import { exerciseConformance } from './database-exercises.ts';
import { TestWorld } from './database-fixtures.ts';
import { jobStoreConformance } from './database-jobs.ts';
import { outboxConformance } from './database-outbox.ts';
import { pageConformance } from './database-pages.ts';
import { queryConformance } from './database-queries.ts';
import { queueConformance } from './database-queue.ts';
import { requestKeyConformance } from './database-request-keys.ts';
import { revisionStoreConformance } from './database-revisions.ts';
import { schedulingConformance } from './database-scheduling.ts';
import { sourceUseConformance } from './database-source-use.ts';
import { workFiguresConformance } from './database-work-figures.ts';

/** Gives the test its world. */
export type WorldOf = () => TestWorld;

/**
 * What every `Database` must do, whichever server is behind it. `open` gives a database with its tables that nobody else
 * uses meanwhile, and is called once; each test works under a dataset of its own.
 */
export function databaseConformance(
  name: string,
  open: () => Promise<AsyncDisposable & { readonly database: Database }>,
): void {
  describe(`database: ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>> | undefined;
    let world: TestWorld | undefined;
    const worldOf: WorldOf = () => {
      assert.ok(world);
      return world;
    };
    before(async () => {
      opened = await open();
    });
    after(async () => {
      await opened?.[Symbol.asyncDispose]();
    });
    beforeEach(() => {
      assert.ok(opened);
      world = new TestWorld(opened.database);
    });
    afterEach(async () => {
      await world?.finish();
    });

    it('answers a ping', async () => {
      await worldOf().database.ping();
    });
    datasetStoreConformance(worldOf);
    revisionStoreConformance(worldOf);
    commitConformance(worldOf);
    queryConformance(worldOf);
    evaluationConformance(worldOf);
    jobStoreConformance(worldOf);
    queueConformance(worldOf);
    outboxConformance(worldOf);
    sourceUseConformance(worldOf);
    exerciseConformance(worldOf);
    pageConformance(worldOf);
    changeLogConformance(worldOf);
    requestKeyConformance(worldOf);
    accessConformance(worldOf);
    schedulingConformance(worldOf);
    workFiguresConformance(worldOf);
  });
}
