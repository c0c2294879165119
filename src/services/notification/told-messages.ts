import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Outbox, PendingMessage } from '../../ports/outbox.ts';

/** The newest messages of a dataset, delivered or not: read when somebody asks, and once. */
export class ToldMessages {
  readonly #outbox: Outbox;
  readonly #dataset: DatasetName;
  #messages: Promise<readonly PendingMessage[]> | undefined;

  constructor(outbox: Outbox, dataset: DatasetName) {
    this.#outbox = outbox;
    this.#dataset = dataset;
  }

  /** The newest first; as many as decide what would repeat them. */
  all(): Promise<readonly PendingMessage[]> {
    this.#messages ??= this.#outbox.list(this.#dataset, limits.toldMessagesMax);
    return this.#messages;
  }

  /** Ids of the incidents of whose end people were told. */
  async resolvedIncidents(): Promise<ReadonlySet<string>> {
    const messages = await this.all();
    const incidents = messages.flatMap(({ message }) => message.incidents);
    return new Set(incidents.filter(({ state }) => state === 'resolved').map(({ id }) => id));
  }
}
