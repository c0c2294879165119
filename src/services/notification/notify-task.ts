import { failure } from '../../base/errors.ts';
import type { PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome } from '../../base/outcome.ts';
import { inFrame } from '../../core/datasets/partition-key.ts';
import type { Incident } from '../../core/incidents/incident.ts';
import type { EvaluateTarget, TaskSpec } from '../../core/jobs/task.ts';
import type { Message } from '../../core/notifications/message.ts';
import { backfillMessage, failureMessage, partitionMessage } from '../../core/notifications/messages.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { Outbox } from '../../ports/outbox.ts';
import type { QualityStore } from '../../ports/quality-store.ts';
import type { TaskContext, TaskHandler } from '../cluster/task-handler.ts';
import type { Kit } from '../kit.ts';
import { needsTold, outboxMessages } from './outbox-messages.ts';
import { ToldMessages } from './told-messages.ts';

type NotifySpec = Extract<TaskSpec, { kind: 'notify' }>;

type Parts = {
  readonly datasets: DatasetStore;
  readonly quality: QualityStore;
  readonly outbox: Outbox;
};

/**
 * The last task of a quality job: says that the check has finished. It only writes to the outbox, in the same
 * transaction as its outcome, so that a message exists exactly once; delivering it is `OutboxDelivery`'s affair.
 */
export class NotifyTask implements TaskHandler<'notify'> {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  async run(spec: NotifySpec, context: TaskContext): Promise<Outcome<void>> {
    const startedAt = this.#kit.clock.now();
    const registered = await this.#parts.datasets.get(spec.dataset);
    if (registered === undefined) {
      return fail(failure('DATASET_NOT_FOUND', `the dataset ${spec.dataset} was deleted`));
    }
    const told = new ToldMessages(this.#parts.outbox, spec.dataset);
    const message = await this.#message(spec, told);
    const audience = registered.definition;
    // One task, one message a channel: the key is the same however often the task is tried.
    const messages = outboxMessages(context.fence.task, {
      audience,
      message,
      told: needsTold(audience) ? await told.all() : [],
      at: this.#kit.clock.now(),
    });
    return this.#parts.outbox.commitNotify(
      {
        fence: context.fence,
        startedAt,
        endedAt: this.#kit.clock.now(),
        output: { kind: 'notify', messages: messages.length },
      },
      messages,
    );
  }

  #message(spec: NotifySpec, told: ToldMessages): Promise<Message> {
    switch (spec.target.kind) {
      case 'revision':
        return this.#partitionMessage(spec, spec.target, told);
      case 'frame':
        return this.#backfillMessage(spec, spec.target);
      case 'failure':
        return this.#failureMessage(spec, spec.target);
    }
  }

  async #partitionMessage(
    { dataset }: NotifySpec,
    { revision }: Extract<EvaluateTarget, { kind: 'revision' }>,
    told: ToldMessages,
  ): Promise<Message> {
    const { partition, number } = revision;
    const limit = limits.resultsPerMessageMax;
    const results = await this.#parts.quality.results({ dataset, partition, limit });
    const incidents = await this.#incidentsOf({ dataset }, partition);
    const isAnyResolved = incidents.some(({ state }) => state.state === 'resolved');
    return partitionMessage({
      dataset,
      partition,
      revision: number,
      results,
      incidents,
      ...(isAnyResolved ? { knownResolved: await told.resolvedIncidents() } : {}),
      at: this.#kit.clock.now(),
    });
  }

  async #failureMessage(
    { dataset }: NotifySpec,
    { partition, failure: error }: Extract<EvaluateTarget, { kind: 'failure' }>,
  ): Promise<Message> {
    return failureMessage({
      dataset,
      partition,
      failure: error,
      incidents: await this.#incidentsOf({ dataset }, partition),
      at: this.#kit.clock.now(),
    });
  }

  /** Of the past only counts and alarms are read, so that a long frame costs no more than what is said about it. */
  async #backfillMessage(
    { dataset }: NotifySpec,
    { from, to }: Extract<EvaluateTarget, { kind: 'frame' }>,
  ): Promise<Message> {
    const counted = await this.#parts.quality.statusCounts(dataset);
    const alarms = await this.#parts.quality.results({
      dataset,
      status: ['warn', 'fail', 'error'],
      limit: limits.resultsPerMessageMax,
    });
    const byPartition = Map.groupBy(alarms, (result) => result.revision.partition);
    return backfillMessage({
      dataset,
      partitions: counted
        .filter(({ partition }) => inFrame(partition, from, to))
        .map((one) => ({ ...one, failing: byPartition.get(one.partition) ?? [] })),
      incidents: await this.#parts.quality.incidents({ dataset, open: true, limit: limits.messageLinesMax }),
      at: this.#kit.clock.now(),
    });
  }

  /** Open incidents of the partition, and those that this very check resolved. */
  async #incidentsOf({ dataset }: Pick<NotifySpec, 'dataset'>, partition: PartitionKey): Promise<Incident[]> {
    const incidents = await this.#parts.quality.incidents({ dataset, limit: limits.pageSizeDefault });
    return incidents.filter(({ lines }) => lines.some((line) => line.partition === partition));
  }
}
