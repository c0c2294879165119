import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { IncidentId, JobId } from '../../src/base/ids.ts';
import type { Result, ResultStatus } from '../../src/core/checks/result.ts';
import type { WorldOf } from './database.ts';
import { at, key, type TestWorld, unique } from './database-fixtures.ts';

/** Lists that are read page by page while they grow. */
export function pageConformance(worldOf: WorldOf): void {
  describe('pages', () => {
    it('of jobs hold each that stood there at first once, whatever comes meanwhile', async () => {
      const world = worldOf();
      const add = (second: number): Promise<unknown> =>
        world.enqueued({ kind: 'scan' }, { createdAt: at(second * 1000) });
      await assertStable({
        add,
        read: async (after: { createdAt: number; id: string } | undefined, limit) => {
          const place = after && { createdAt: at(after.createdAt - at(0)), id: after.id as JobId };
          const found = await world.database.jobs.list({
            dataset: world.dataset,
            limit,
            ...(place && { after: place }),
          });
          return found.map(({ job }) => ({ createdAt: job.createdAt, id: job.id }));
        },
      });
    });

    it('of incidents hold each that stood there at first once, whatever comes meanwhile', async () => {
      const world = worldOf();
      await assertStable({
        add: (second) => world.evaluated([], [world.incident(unique('i'), { openedAt: at(second * 1000) })]),
        read: async (after: { openedAt: number; id: string } | undefined, limit) => {
          const place = after && { openedAt: at(after.openedAt - at(0)), id: after.id as IncidentId };
          const filter = { dataset: world.dataset, limit, ...(place && { after: place }) };
          const found = await world.database.quality.incidents(filter);
          return found.map(({ openedAt, id }) => ({ openedAt, id }));
        },
      });
    });

    it('of results keep their order, with and without a severity, whatever is judged meanwhile', async () => {
      const world = worldOf();
      let added = 0;
      await assertStable({
        add: (second) => {
          added += 1;
          const partition = `p${second}-${String(added).padStart(6, '0')}`;
          return world.evaluated([world.evaluation(partition, { results: resultsOf(world, partition) })]);
        },
        read: async (after: Placed | undefined, limit) => {
          const filter = { dataset: world.dataset, limit, ...(after && { after }) };
          return (await world.database.quality.results(filter)).map(placeOf);
        },
      });
    });
  });
}

type Placed = { partition: ReturnType<typeof key>; status: ResultStatus; severity?: number; check: string };

function placeOf({ revision, status, severity, check }: Result): Placed {
  const { partition } = revision;
  return { partition, status, check, ...(severity === undefined ? {} : { severity }) };
}

function resultsOf(world: TestWorld, partition: string): Result[] {
  const severities = [undefined, 0, 1.5, 1.5, Number.POSITIVE_INFINITY];
  return severities.flatMap((severity, nth) =>
    (['fail', 'pass'] as const).map((status) =>
      world.result(partition, {
        check: `check ${nth} ${status}`,
        status,
        ...(severity === undefined ? {} : { severity }),
      }),
    ),
  );
}

/** Reads a list page by page, with lines added at any time in between, and compares with what stood there at first. */
async function assertStable<Line>(list: {
  /** Adds a line or some lines, in a second of 0 to 3. */
  readonly add: (second: number) => Promise<unknown>;
  readonly read: (after: Line | undefined, limit: number) => Promise<readonly Line[]>;
}): Promise<void> {
  const second = fc.nat({ max: 3 });
  const step = fc.record({ limit: fc.integer({ min: 1, max: 7 }), meanwhile: fc.option(second) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(second, { maxLength: 3 }),
      fc.array(step, { minLength: 1 }),
      async (first, steps) => {
        for (const one of first) await list.add(one);
        const before = await list.read(undefined, 10_000);
        const seen: Line[] = [];
        for (let nth = 0; ; nth += 1) {
          const { limit, meanwhile } = steps[nth % steps.length] ?? { limit: 5, meanwhile: null };
          const page = await list.read(seen.at(-1), limit);
          seen.push(...page);
          if (page.length < limit) break;
          if (meanwhile !== null && nth < 5) await list.add(meanwhile);
        }
        const texts = seen.map((line) => JSON.stringify(line));
        assert.equal(new Set(texts).size, texts.length, 'a line came twice');
        const known = new Set(before.map((line) => JSON.stringify(line)));
        assert.deepEqual(
          texts.filter((text) => known.has(text)),
          before.map((line) => JSON.stringify(line)),
        );
      },
    ),
    { numRuns: 6 },
  );
}
