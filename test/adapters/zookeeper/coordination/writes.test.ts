import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { MultiStep } from '../../../../src/adapters/zookeeper/client/multi.ts';
import { parentOf } from '../../../../src/adapters/zookeeper/client/paths.ts';
import { EntryReader } from '../../../../src/adapters/zookeeper/coordination/entry-reader.ts';
import { entryPath, placesOf } from '../../../../src/adapters/zookeeper/coordination/places.ts';
import { readTables, type Tables } from '../../../../src/adapters/zookeeper/coordination/tables.ts';
import { inWrites, planWrites } from '../../../../src/adapters/zookeeper/coordination/writes.ts';
import type { TreeNode } from '../../../../src/adapters/zookeeper/recipes/tree-cache.ts';
import { type JobId, jobId, type NodeId, nodeId } from '../../../../src/base/ids.ts';
import { limits } from '../../../../src/base/limits.ts';
import type { LiveJob, LiveTask } from '../../../../src/core/jobs/live.ts';
import type { Assignment } from '../../../../src/core/membership/node.ts';
import type { Decisions } from '../../../../src/ports/coordination.ts';
import { createRecordingLog } from '../../../support/kit.ts';
import { assignmentOf, liveJob, liveTask, startOfTime } from '../../../support/live-cluster.ts';

const places = placesOf('quality', '/rig');

/** What a server holds: refuses steps that a server would refuse. */
class Shelf {
  readonly nodes = new Map<string, TreeNode>();
  readonly log = createRecordingLog();

  constructor() {
    for (const path of [places.work, places.jobs]) this.put(path, Buffer.alloc(0));
  }

  put(path: string, data: Uint8Array): void {
    this.nodes.set(path, { data: Buffer.from(data), stat: {} as TreeNode['stat'] });
  }

  apply(step: MultiStep): void {
    const exists = this.nodes.has(step.path);
    const hasChildren = [...this.nodes.keys()].some((path) => path.startsWith(`${step.path}/`));
    if (step.kind === 'create') {
      assert.ok(!exists, `${step.path} exists`);
      assert.ok(this.nodes.has(parentOf(step.path) ?? ''), `nothing is above ${step.path}`);
      this.put(step.path, step.data ?? Buffer.alloc(0));
    } else if (step.kind === 'set') {
      assert.ok(exists, `${step.path} does not exist`);
      this.put(step.path, step.data);
    } else {
      assert.ok(step.kind === 'delete' && exists && !hasChildren, `${step.path} can not be deleted`);
      this.nodes.delete(step.path);
    }
  }

  read(): Tables {
    return readTables(this.nodes, places, new EntryReader(this.log));
  }
}

function live(tables: Tables) {
  return { work: tables.work, jobs: new Map(Array.from(tables.jobs, ([id, { job }]) => [id, job])) };
}

const nodes = ['n1', 'n2', 'n3'].map(nodeId);

/** Some jobs of which some tasks are with nodes; the length makes tables of many chunks. */
const state = fc.array(
  fc.record({
    job: fc.nat(3),
    tasks: fc.array(fc.tuple(fc.nat(60), fc.nat(5)), { maxLength: 30 }),
    length: fc.constantFrom(5, 900, 9_000),
  }),
  { maxLength: 4 },
);

type State = typeof state extends fc.Arbitrary<infer T> ? T : never;

function built(from: State): { jobs: Map<JobId, LiveJob>; work: Map<NodeId, Assignment[]> } {
  const jobs = new Map<JobId, LiveJob>();
  const work = new Map<NodeId, Assignment[]>();
  for (const { job, tasks, length } of from) {
    const id = jobId(`j${job}`);
    const byName = new Map<string, LiveTask>();
    for (const [name, node] of tasks) {
      const to = nodes[node];
      const at = startOfTime;
      const task = liveTask(
        `t${name}${'x'.repeat(length)}`,
        to === undefined ? undefined : { state: 'assigned', node: to, attempt: 1, at },
      );
      byName.set(task.plan.name, task);
    }
    jobs.set(id, liveJob({ id, tasks: [...byName.values()] }));
  }
  for (const job of jobs.values()) {
    for (const task of job.tasks) {
      if (task.state.state !== 'assigned') continue;
      work.set(task.state.node, [...(work.get(task.state.node) ?? []), assignmentOf(job, task)]);
    }
  }
  return { jobs, work };
}

/** What leads from one state to the next, as a leader says it. */
function decisionsOf(before: Tables, after: ReturnType<typeof built>): Decisions {
  const jobs = new Map<JobId, LiveJob | undefined>(after.jobs);
  for (const id of before.jobs.keys()) if (!jobs.has(id)) jobs.set(id, undefined);
  const work = new Map<NodeId, readonly Assignment[]>(after.work);
  for (const node of before.work.keys()) if (!work.has(node)) work.set(node, []);
  return { jobs, work };
}

/** Tasks that lists give to nodes and that their tables do not know of. */
function unknownTasks({ work, jobs }: Tables): readonly string[] {
  const known = new Set<string>();
  for (const { job } of jobs.values()) {
    for (const { state: task, plan } of job.tasks) {
      if (task.state === 'assigned') known.add(`${task.node} ${job.id}/${plan.name}`);
    }
  }
  return [...work].flatMap(([node, list]) =>
    list.map(({ task }) => `${node} ${task}`).filter((each) => !known.has(each)),
  );
}

describe('the writes of a leader', () => {
  it('make of any tables any others, and after each step nobody has a new task that no table knows of', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 4 }), (states) => {
        const shelf = new Shelf();
        let tables = shelf.read();
        for (const each of states.map(built)) {
          const before = new Set(
            [...tables.work].flatMap(([node, list]) => list.map((a) => `${node} ${a.task}`)),
          );
          const { steps, after, cropped } = planWrites(tables, decisionsOf(tables, each), places);
          assert.deepEqual(cropped, []);
          for (const step of steps) {
            shelf.apply(step);
            const between = shelf.read();
            assert.deepEqual(between.strays, []);
            assert.deepEqual(
              unknownTasks(between).filter((task) => !before.has(task)),
              [],
            );
          }
          assert.deepEqual(live(shelf.read()), each);
          assert.deepEqual(live(after), each);
          tables = after;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('go on from what another leader has written', () => {
    fc.assert(
      fc.property(state, state, (first, second) => {
        const shelf = new Shelf();
        for (const each of [first, second].map(built)) {
          const standing = shelf.read();
          for (const step of planWrites(standing, decisionsOf(standing, each), places).steps)
            shelf.apply(step);
          assert.deepEqual(live(shelf.read()), each);
        }
        assert.deepEqual(shelf.log.events, []);
      }),
      { numRuns: 40 },
    );
  });

  it('are few when little changes: one node for a task, and none for a table that is passed again', () => {
    const tasks = Array.from({ length: 1_000 }, (_, at) => liveTask(`t${at}`));
    const job = liveJob({ id: 'j', tasks });
    const plan = (before: Tables, table: LiveJob) =>
      planWrites(before, { jobs: new Map([[table.id, table]]), work: new Map() }, places);
    const first = plan(new Shelf().read(), job);
    assert.deepEqual(plan(first.after, job).steps, []);
    const changed = {
      ...job,
      tasks: tasks.map((task, at) => (at === 500 ? { ...task, attempts: 1 } : task)),
    };
    const second = plan(first.after, changed);
    assert.deepEqual(
      second.steps.map(({ kind }) => kind),
      ['set'],
    );
    assert.deepEqual(
      plan(second.after, { ...changed, control: 'pause' }).steps.map(({ path }) => path),
      [entryPath(places.jobs, 'j')],
    );
  });

  it('go in one where a server takes them, and keep their order where it does not', () => {
    const steps = Array.from({ length: 40 }, (_, at): MultiStep => {
      return { kind: 'create', path: `/${at}`, data: Buffer.alloc(50_000) };
    });
    assert.equal(inWrites(steps.slice(0, 10)).length, 1);
    const writes = inWrites(steps);
    assert.deepEqual(writes.flat(), steps);
    for (const write of writes) {
      const bytes = write.reduce((sum, step) => sum + ('data' in step ? (step.data?.length ?? 0) : 0), 0);
      assert.ok(bytes > 0 && bytes <= limits.zooKeeperDecisionBytesMax);
    }
  });

  it('leave a job out whole of whose table a part can not be read, and clear it away when it is planned again', () => {
    const shelf = new Shelf();
    const tasks = Array.from({ length: 100 }, (_, at) => liveTask(`t${at}`));
    const [good, bad] = [liveJob({ id: 'good', tasks }), liveJob({ id: 'bad', tasks })];
    const jobs = new Map([good, bad].map((job) => [job.id, job]));
    const work = new Map([[nodeId('n1'), [assignmentOf(good, liveTask('t0'))]]]);
    for (const step of planWrites(shelf.read(), { jobs, work }, places).steps) shelf.apply(step);
    shelf.put(`${entryPath(places.jobs, 'bad')}/1`, Buffer.from('poison'));
    shelf.put(entryPath(places.work, 'n1'), Buffer.from('{"format":1,"work":[{}]}'));
    shelf.put(`${places.jobs}/stray`, Buffer.alloc(64));
    const seen = shelf.read();
    assert.deepEqual(live(seen), { work: new Map(), jobs: new Map([[good.id, good]]) });
    assert.equal(shelf.log.events.length, 3);
    for (const step of planWrites(seen, { jobs: new Map([[bad.id, bad]]), work }, places).steps)
      shelf.apply(step);
    assert.deepEqual(live(shelf.read()), { work, jobs: new Map([good, bad].map((job) => [job.id, job])) });
    assert.deepEqual(shelf.read().strays, [`${places.jobs}/stray`]);
  });

  it('are cropped where a single task is larger than any write, so that all others go on', () => {
    // Text that can not be compressed away.
    const noise = Array.from({ length: 400_000 }, (_, at) => ((at * 7_919) % 65_521).toString(36)).join('');
    const [small, huge] = [liveTask('small'), liveTask(`huge-${noise}`)];
    const job = liveJob({ id: 'j', tasks: [small, huge] });
    const work = new Map([[nodeId('n1'), [small, huge].map((task) => assignmentOf(job, task))]]);
    const shelf = new Shelf();
    const { steps, cropped } = planWrites(shelf.read(), { jobs: new Map([[job.id, job]]), work }, places);
    assert.equal(cropped.length, 2);
    for (const step of steps) shelf.apply(step);
    const seen = live(shelf.read());
    assert.deepEqual(seen.jobs.get(job.id)?.tasks, [small]);
    assert.deepEqual(seen.work.get(nodeId('n1'))?.length, 1);
  });
});
