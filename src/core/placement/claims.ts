import type { DatasetName, JobId, SourceName } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { JobPriority } from '../jobs/job.ts';
import type { LiveJob } from '../jobs/live.ts';
import type { Draft, TaskRef } from './draft.ts';
import type { PlacementRules } from './rules.ts';
import { type SourceRooms, sourceOf } from './source-rooms.ts';

/** The classes of service, the most urgent first. */
export const priorities = [0, 1, 2] as const satisfies readonly JobPriority[];

/** The tasks of one dataset that wait for a slot in one priority class, in the order of service. */
type Line = {
  readonly dataset: DatasetName;
  refs: TaskRef[];
  at: number;
  /** Tasks of this dataset and class that have a slot. */
  share: number;
  turn: number;
};

/** Who may start, and who is next: priority class first, then the dataset with the smallest share, then its order. */
export class Claims {
  readonly #classes = new Map<JobPriority, Map<DatasetName, Line>>();
  readonly #assigned = new Map<JobId, number>();
  readonly #ofSource = new Map<SourceName, number>();
  readonly #turns: Map<DatasetName, number>;
  readonly #rooms: SourceRooms;
  #turn: number;

  constructor(turns: ReadonlyMap<DatasetName, number>, rooms: SourceRooms) {
    this.#rooms = rooms;
    this.#turns = new Map(turns);
    this.#turn = Math.max(0, ...turns.values());
  }

  /** Adds a task that waits. */
  add(ref: TaskRef): void {
    this.#line(ref).refs.push(ref);
  }

  /** Counts a task that is with a node; it counts against its dataset's share only once it has a slot. */
  count(ref: TaskRef, hasSlot: boolean): void {
    this.#assign(ref, 1);
    if (hasSlot) this.#line(ref).share += 1;
  }

  /** Takes back what `count` counted of a task that waits in front of its node. */
  uncount(ref: TaskRef): void {
    this.#assign(ref, -1);
  }

  #assign({ job, task }: TaskRef, by: 1 | -1): void {
    this.#assigned.set(job.id, (this.#assigned.get(job.id) ?? 0) + by);
    const source = sourceOf(task.plan.spec)?.name;
    if (source !== undefined) this.#ofSource.set(source, (this.#ofSource.get(source) ?? 0) + by);
  }

  /** The next task of a class, taken out of the line; undefined when nobody of `allowed` may start. */
  next(priority: JobPriority, allowed?: ReadonlySet<DatasetName>): TaskRef | undefined {
    for (;;) {
      const line = this.#first(priority, allowed);
      const ref = line?.refs[line.at];
      if (line === undefined || ref === undefined) return undefined;
      line.at += 1;
      if (this.mayStart(ref)) return ref;
    }
  }

  /** Begins anew at the front of all lines, with the tasks that still wait. */
  rewind(): void {
    for (const lines of this.#classes.values()) {
      for (const line of lines.values()) {
        line.refs = line.refs.filter((ref) => ref.task.state.state === 'waiting');
        line.at = 0;
      }
    }
  }

  /** Notes that a task was served: its dataset goes to the back among equals. */
  served(ref: TaskRef, hasSlot: boolean): void {
    this.count(ref, hasSlot);
    this.#turn += 1;
    this.#turns.set(ref.job.dataset, this.#turn);
    this.#line(ref).turn = this.#turn;
  }

  share(priority: JobPriority, dataset: DatasetName): number {
    return this.#classes.get(priority)?.get(dataset)?.share ?? 0;
  }

  /** The datasets of a class with tasks that could start now. */
  waiting(priority: JobPriority): DatasetName[] {
    const lines = [...(this.#classes.get(priority)?.values() ?? [])];
    return lines.filter((line) => this.#hasStartable(line)).map((line) => line.dataset);
  }

  /** The order of service, for the next tick; datasets that have no live job are forgotten. */
  turns(live: ReadonlySet<DatasetName>): ReadonlyMap<DatasetName, number> {
    return new Map([...this.#turns].filter(([dataset]) => live.has(dataset)));
  }

  #hasStartable(line: Line): boolean {
    for (let at = line.at; at < line.refs.length; at += 1) {
      const ref = line.refs[at];
      if (ref !== undefined && this.mayStart(ref)) return true;
    }
    return false;
  }

  /** Whether one more task of this one's job, and of its source, may be with a node. */
  mayStart({ job, task }: TaskRef): boolean {
    if ((this.#assigned.get(job.id) ?? 0) >= job.concurrency) return false;
    const source = sourceOf(task.plan.spec);
    return source === undefined || (this.#ofSource.get(source.name) ?? 0) < this.#rooms.inCluster(source);
  }

  #first(priority: JobPriority, allowed?: ReadonlySet<DatasetName>): Line | undefined {
    let first: Line | undefined;
    for (const line of this.#classes.get(priority)?.values() ?? []) {
      if (line.at >= line.refs.length || allowed?.has(line.dataset) === false) continue;
      if (first === undefined || goesBefore(line, first)) first = line;
    }
    return first;
  }

  #line(ref: TaskRef): Line {
    const { priority, dataset } = ref.job;
    const lines = this.#classes.get(priority) ?? new Map<DatasetName, Line>();
    this.#classes.set(priority, lines);
    const line = lines.get(dataset) ?? {
      dataset,
      refs: [],
      at: 0,
      share: 0,
      turn: this.#turns.get(dataset) ?? 0,
    };
    lines.set(dataset, line);
    return line;
  }
}

function goesBefore(a: Line, b: Line): boolean {
  if (a.share !== b.share) return a.share < b.share;
  if (a.turn !== b.turn) return a.turn < b.turn;
  return a.dataset < b.dataset;
}

/** Whether a waiting task may start now, as far as its own job and its own back-off go. */
function isStartable(
  ref: TaskRef,
  at: { now: Instant; held: ReadonlySet<DatasetName>; rules: PlacementRules },
): boolean {
  const { state } = ref.task;
  if (state.state !== 'waiting' || ref.job.control !== 'run' || isHeld(ref, at.held)) return false;
  // A back-off longer than any can be comes from a clock that was wrong: it does not count.
  return state.notBefore <= at.now || state.notBefore > at.now + at.rules.retryCapMs;
}

/** Whether back-pressure of the other cluster holds a task back. */
export function isHeld(ref: TaskRef, held: ReadonlySet<DatasetName>): boolean {
  return held.has(ref.job.dataset) && ref.task.plan.spec.kind === 'ingest';
}

/** All waiting tasks that may start, by job in the order of creation, each job in the order of its table. */
export function startableTasks(
  draft: Draft,
  jobs: Iterable<LiveJob>,
  at: { now: Instant; held: ReadonlySet<DatasetName>; rules: PlacementRules },
): TaskRef[] {
  const ordered = [...jobs].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return ordered.flatMap((job) => draft.tasksOf(job.id).filter((ref) => isStartable(ref, at)));
}
