import type { LiveJob, LiveTask, LiveTaskState } from '../../../core/jobs/live.ts';
import type { PlannedTask } from '../../../core/jobs/task.ts';
import type { Assignment } from '../../../core/membership/node.ts';
import {
  asArray,
  asFailure,
  asNumber,
  asObject,
  asText,
  checkNumbers,
  checkTexts,
  MalformedEntry,
  readEntry,
  writeEntry,
} from './entry.ts';

/** A live table without its tasks. */
export type TableHead = Omit<LiveJob, 'tasks'>;

/** Texts of values that do not change: a leader passes the same objects from tick to tick. */
const taskTexts = new WeakMap<LiveTask, string>();
const planTexts = new WeakMap<PlannedTask, string>();
const assignmentTexts = new WeakMap<Assignment, string>();

/** The entry of a node's work list. */
export function writeWork(list: readonly Assignment[]): Buffer {
  return writeEntry({ work: `[${list.map(assignmentText).join(',')}]` });
}

/** Reads a work list; throws `MalformedEntry`. Tasks of kinds that this release does not know are carried. */
export function readWork(data: Buffer): readonly Assignment[] {
  return asArray(readEntry(data)['work'], 'work').map((value) => {
    const assignment = asObject(value, 'an assignment');
    checkTexts(assignment, ['task', 'job']);
    checkNumbers(assignment, ['attempt', 'timeoutMs', 'memoryMb', 'assignedAt']);
    asText(asObject(assignment['spec'], 'spec')['kind'], 'kind');
    const epoch = asText(assignment['epoch'], 'epoch');
    if (!/^-?\d{1,20}$/.test(epoch)) throw new MalformedEntry('an epoch is no number');
    return { ...(assignment as unknown as Assignment), epoch: BigInt(epoch) };
  });
}

/** The entry of a live table, without its tasks. */
export function writeHead(job: LiveJob): Buffer {
  const { tasks: _, ...head } = job;
  return writeEntry({ job: JSON.stringify(head) });
}

/** Reads the head of the table of job `id`; throws `MalformedEntry`. */
export function readHead(data: Buffer, id: string): TableHead {
  const job = asObject(readEntry(data)['job'], 'job');
  checkTexts(job, ['id', 'cluster', 'dataset', 'kind', 'control']);
  checkNumbers(job, ['priority', 'concurrency', 'admittedAt']);
  if (job['id'] !== id) throw new MalformedEntry('it speaks of another job');
  return job as TableHead;
}

/** The entry of a chunk of a live table. */
export function writeTasks(tasks: readonly LiveTask[]): Buffer {
  return writeEntry({ tasks: `[${tasks.map(taskText).join(',')}]` });
}

/** Reads a chunk; throws `MalformedEntry`. Tasks of kinds that this release does not know are carried. */
export function readTasks(data: Buffer): readonly LiveTask[] {
  return asArray(readEntry(data)['tasks'], 'tasks').map((value) => {
    const task = asObject(value, 'a task');
    checkNumbers(task, ['attempts']);
    for (const node of asArray(task['deaths'], 'deaths')) asText(node, 'deaths');
    checkPlan(task['plan']);
    return { ...(task as LiveTask), state: readState(task['state']) };
  });
}

/** How many characters a task takes. */
export function taskLength(task: LiveTask): number {
  return taskText(task).length;
}

/** How many characters an assignment takes. */
export function assignmentLength(assignment: Assignment): number {
  return assignmentText(assignment).length;
}

function checkPlan(value: unknown): void {
  const plan = asObject(value, 'plan');
  checkTexts(plan, ['name']);
  checkNumbers(plan, ['timeoutMs', 'memoryMb']);
  asText(asObject(plan['spec'], 'spec')['kind'], 'kind');
  for (const name of asArray(plan['after'], 'after')) asText(name, 'after');
}

function readState(value: unknown): LiveTaskState {
  const state = asObject(value, 'state');
  switch (state['state']) {
    case 'blocked':
      break;
    case 'waiting':
      asNumber(state['notBefore'], 'notBefore');
      if (state['lastFailure'] === undefined) break;
      return { ...state, lastFailure: asFailure(state['lastFailure']) } as LiveTaskState;
    case 'assigned':
      asText(state['node'], 'node');
      checkNumbers(state, ['attempt', 'at']);
      break;
    case 'doubled':
      checkNumbers(state, ['attempt']);
      checkCopies(asArray(state['copies'], 'copies'));
      break;
    case 'ended':
      asText(state['status'], 'status');
      break;
    default:
      throw new MalformedEntry('the state of a task is not known');
  }
  return state as LiveTaskState;
}

function checkCopies(copies: readonly unknown[]): void {
  if (copies.length !== 2) throw new MalformedEntry('a doubled task has two copies');
  for (const value of copies) {
    const copy = asObject(value, 'a copy');
    asText(copy['node'], 'node');
    checkNumbers(copy, ['at']);
  }
}

function taskText(task: LiveTask): string {
  return cached(taskTexts, task, () => {
    const { plan, ...rest } = task;
    const planText = cached(planTexts, plan, () => JSON.stringify(plan));
    return `{"plan":${planText},${JSON.stringify(rest).slice(1)}`;
  });
}

function assignmentText(assignment: Assignment): string {
  return cached(assignmentTexts, assignment, () =>
    JSON.stringify({ ...assignment, epoch: String(assignment.epoch) }),
  );
}

function cached<Key extends object>(texts: WeakMap<Key, string>, key: Key, make: () => string): string {
  const known = texts.get(key);
  if (known !== undefined) return known;
  const text = make();
  texts.set(key, text);
  return text;
}
