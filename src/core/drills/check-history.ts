import { checkExercises } from './check-exercises.ts';
import { checkMessages } from './check-messages.ts';
import { checkSubmissions, checkWork } from './check-work.ts';
import { type Difference, differences } from './comparable.ts';
import type { DrillHistory, DrillReference } from './history.ts';
import type { DrillVerdict, Finding } from './verdict.ts';

export type DrillRules = {
  /** So many failed attempts are allowed. */
  readonly retriesMax?: number;
  /** Not all of the work was begun: what the reference has more is not lost. */
  readonly cutShort?: boolean;
};

/**
 * Judges a drill by its history: every job done once and correctly, and everything that people see equal to that of a run
 * without faults. It follows the total-queue checker of Jepsen (lost, unexpected, duplicated, recovered), and is stricter:
 * a duplicate is a failure here.
 */
export function checkHistory(
  history: DrillHistory,
  reference: DrillReference,
  rules: DrillRules = {},
): DrillVerdict {
  const exercises = checkExercises(history);
  const work = checkWork(history, reference);
  const messages = checkMessages(history.deliveries, reference.deliveries);
  const retries = countRetries(history);
  const compared = [
    ...work.findings,
    ...differences(reference.results, history.results).map((one) => findingOf('result', one)),
    // The incidents of work that is half done are half of what they will be.
    ...differences(rules.cutShort === true ? history.incidents : reference.incidents, history.incidents).map(
      (one) => findingOf('incident', one),
    ),
    ...messages.findings,
  ];
  const findings = [
    ...exercises.findings,
    ...checkSubmissions(history),
    ...compared.filter(({ kind }) => rules.cutShort !== true || kind !== 'lost'),
    ...tooManyRetries(retries, rules.retriesMax),
  ];
  const { jobs } = history;
  const jobsSucceeded = jobs.filter(({ state }) => state === 'succeeded').length;
  return {
    passed: findings.length === 0 && jobs.length > 0 && rules.cutShort !== true,
    findings,
    counts: {
      jobs: jobs.length,
      jobsSucceeded,
      tasks: jobs.reduce((sum, { tasks }) => sum + tasks.length, 0),
      recovered: exercises.recovered + work.recovered,
      results: history.results.length,
      incidents: history.incidents.length,
      messages: messages.messages,
      messagesRepeated: messages.repeated,
      retries,
    },
  };
}

function findingOf(noun: string, difference: Difference): Finding {
  switch (difference.kind) {
    case 'missing':
      return { kind: 'lost', what: `the ${noun} ${difference.expected.key} is missing` };
    case 'unexpected':
      return { kind: 'unexpected', what: `the ${noun} ${difference.found.key} is there without a reason` };
    case 'different': {
      const { expected, found } = difference;
      return {
        kind: 'wrong',
        what: `the ${noun} ${expected.key} is ${found.text} instead of ${expected.text}`,
      };
    }
  }
}

function countRetries({ jobs }: DrillHistory): number {
  const attempts = jobs.flatMap(({ tasks }) => tasks.map((task) => task.attempts));
  return attempts.reduce((sum, each) => sum + Math.max(0, each - 1), 0);
}

function tooManyRetries(retries: number, most = Number.POSITIVE_INFINITY): Finding[] {
  if (retries <= most) return [];
  return [{ kind: 'retried', what: `${retries} attempts were made again; ${most} are allowed` }];
}
