import { FailureError, failure } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { within } from '../services/cluster/within.ts';
import type { Kit } from '../services/kit.ts';
import type { Scheduler } from '../services/scheduling/scheduler.ts';

/** The part of a context of AWS Lambda that is used. */
export type LambdaContext = { getRemainingTimeInMillis(): number };

/** What one invocation did. `deadline`: more may be due, which the next invocation finds. */
export type LambdaReport = {
  readonly ticks: number;
  readonly decided: number;
  readonly scans: number;
  readonly ended: 'nothing_due' | 'deadline';
};

type Parts = { readonly kit: Kit; readonly scheduler: Pick<Scheduler, 'tick'> };

/**
 * A scheduler as a function that a rule of Amazon EventBridge invokes, such as once a minute: ticks until nothing is due or
 * the invocation's time is nearly over. An event says only that it is time: invoked twice with one, late, or while another
 * invocation runs, it does what is due and nothing twice. `open` is kept for later invocations once it has succeeded.
 */
export function createLambdaHandler(
  open: () => Promise<Parts>,
): (event: unknown, context: LambdaContext) => Promise<LambdaReport> {
  let opened: Promise<Parts> | undefined;
  return async (event, context) => {
    requireScheduledEvent(event);
    opened ??= open();
    try {
      return await ticks(await opened, context);
    } catch (error) {
      // What was opened may be what is broken: the next invocation opens it anew.
      opened = undefined;
      throw error;
    }
  };
}

async function ticks({ kit, scheduler }: Parts, context: LambdaContext): Promise<LambdaReport> {
  const leftMs = (): number => context.getRemainingTimeInMillis() - limits.lambdaMarginMs;
  const done = { ticks: 0, decided: 0, scans: 0 };
  while (leftMs() > 0) {
    const tick = scheduler.tick();
    // A tick that hangs goes on when the process is thawed, and is then one of several at once.
    if (!(await within(kit.clock, tick, leftMs()))) break;
    const { decided, scans, hasMore } = await tick;
    done.ticks += 1;
    done.decided += decided;
    done.scans += scans;
    if (!hasMore) return told(kit, { ...done, ended: 'nothing_due' });
    // The pause bounds the rate of scans.
    if (scans > 0) await kit.clock.sleep(Math.min(limits.scheduleTickMs, Math.max(0, leftMs())));
  }
  return told(kit, { ...done, ended: 'deadline' });
}

function told({ log }: Kit, report: LambdaReport): LambdaReport {
  log.info('an invocation has ended', report);
  return report;
}

/** Of a rule (`aws.events`) or of EventBridge Scheduler (`aws.scheduler`): anything else was meant for somebody else. */
function requireScheduledEvent(event: unknown): void {
  const isObject = typeof event === 'object' && event !== null;
  const source: unknown = isObject && 'source' in event ? event.source : undefined;
  const type: unknown = isObject && 'detail-type' in event ? event['detail-type'] : undefined;
  if ((source === 'aws.events' || source === 'aws.scheduler') && type === 'Scheduled Event') return;
  throw new FailureError(
    failure('REQUEST_INVALID', 'the event is not a scheduled event of Amazon EventBridge', {
      hint: 'invoke the function by a rule with a schedule, and leave its input as it is',
    }),
  );
}
