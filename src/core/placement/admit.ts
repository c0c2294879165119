import type { DatasetName, JobId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Job, JobPriority } from '../jobs/job.ts';
import type { LiveJob } from '../jobs/live.ts';

export type AdmissionRules = {
  readonly admittedJobsMax: number;
  readonly admittedJobsPerDatasetMax: number;
  readonly liveTasksMax: number;
  readonly liveTasksPerJobMin: number;
};

/** The bounds of a cluster with the default limits. */
export const admissionRules: AdmissionRules = limits;

export type AdmitInput = {
  /** Open jobs that are not admitted, in the order of service. */
  readonly ready: readonly Job[];
  readonly admitted: readonly Pick<Job, 'dataset' | 'priority'>[];
  /** Tasks in the live tables of the admitted jobs. */
  readonly liveTasks: number;
  readonly rules: AdmissionRules;
};

/**
 * The part of the places, of a cluster or of a dataset, that jobs of a class may take: the last places are kept for more
 * urgent ones, for an admitted backfill may hold its place for hours.
 */
const partOfPlaces = { 0: 1, 1: 7 / 8, 2: 3 / 4 } as const satisfies Record<JobPriority, number>;

/** Which jobs get live tasks now. Cancelled ones always do: they are only to be ended. */
export function admit(input: AdmitInput): readonly Job[] {
  const { rules } = input;
  const taken: Job[] = [];
  const places = new Places(rules.admittedJobsMax);
  const byDataset = new Map<DatasetName, Places>();
  const ofDataset = (dataset: DatasetName): Places => {
    const found = byDataset.get(dataset) ?? new Places(rules.admittedJobsPerDatasetMax);
    byDataset.set(dataset, found);
    return found;
  };
  for (const job of input.admitted) {
    places.taken += 1;
    ofDataset(job.dataset).taken += 1;
  }
  let liveTasks = input.liveTasks;
  for (const job of input.ready) {
    const own = ofDataset(job.dataset);
    const fits = places.has(job.priority) && own.has(job.priority);
    if (job.control === 'cancel') taken.push(job);
    else if (fits && liveTasks + rules.liveTasksPerJobMin <= rules.liveTasksMax) {
      taken.push(job);
      places.taken += 1;
      own.taken += 1;
      liveTasks += rules.liveTasksPerJobMin;
    }
  }
  return taken;
}

class Places {
  taken = 0;
  readonly #all: number;

  constructor(all: number) {
    this.#all = all;
  }

  has(priority: JobPriority): boolean {
    // At least one place for each class, so that a bound of one still lets everything through.
    return this.taken < Math.max(1, Math.floor(this.#all * partOfPlaces[priority]));
  }
}

/** Datasets with more open jobs than `openMax` in the cluster that comes after: their ingests start nothing new. */
export function heldDatasets(depth: ReadonlyMap<DatasetName, number>, openMax: number): Set<DatasetName> {
  return new Set([...depth].filter(([, open]) => open > openMax).map(([dataset]) => dataset));
}

/**
 * How many tasks each admitted job may have in its live table: enough for the slots that it could get, each job at least
 * `liveTasksPerJobMin`, and all together so few that a quarter of all places is left for jobs to come.
 */
export function tableSizes(
  jobs: readonly LiveJob[],
  slots: number,
  rules: AdmissionRules,
): ReadonlyMap<JobId, number> {
  const least = rules.liveTasksPerJobMin;
  const shared = Math.max(0, rules.liveTasksMax - least * rules.admittedJobsMax);
  const most = least + Math.floor(shared / Math.max(1, jobs.length));
  let room = (rules.liveTasksMax * 3) / 4 - jobs.reduce((sum, job) => sum + job.tasks.length, 0);
  const sizes = new Map<JobId, number>();
  for (const job of jobs) {
    const wanted = Math.max(least, 2 * Math.min(job.concurrency, slots));
    const size = Math.max(least, Math.min(wanted, most, job.tasks.length + Math.max(0, Math.floor(room))));
    room -= Math.max(0, size - job.tasks.length);
    sizes.set(job.id, size);
  }
  return sizes;
}
