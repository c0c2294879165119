import { limits } from '../base/limits.ts';
import type { Kit } from '../services/kit.ts';
import type { Service } from '../services/lifecycle.ts';

/**
 * Services of one process, started in order and stopped in reverse: what is used outlives what uses it. A service that
 * does not stop by the deadline is left behind with a warning, so that it can not hold up the others.
 */
export class ServiceGroup implements Service {
  readonly name: string;
  readonly #kit: Kit;
  readonly #services: readonly Service[];
  readonly #deadlineMs: number;
  #started: Service[] = [];

  /** Each service has `deadlineMs` to stop. */
  constructor(
    kit: Kit,
    name: string,
    services: readonly Service[],
    deadlineMs: number = limits.stopDeadlineMs,
  ) {
    this.#kit = kit;
    this.name = name;
    this.#services = services;
    this.#deadlineMs = deadlineMs;
  }

  async start(): Promise<void> {
    for (const service of this.#services) {
      try {
        await service.start();
      } catch (error) {
        await this.stop();
        throw error;
      }
      this.#started.push(service);
      this.#kit.log.debug('started', { service: service.name });
    }
  }

  async stop(): Promise<void> {
    const started = this.#started.toReversed();
    this.#started = [];
    for (const service of started) await this.#stopByDeadline(service);
  }

  async #stopByDeadline(service: Service): Promise<void> {
    const deadline = new AbortController();
    const late = this.#kit.clock.sleep(this.#deadlineMs, deadline.signal).then(() => 'late' as const);
    try {
      const end = await Promise.race([service.stop().then(() => 'stopped' as const), late]);
      if (end === 'late') this.#kit.log.warn('did not stop in time', { service: service.name });
    } catch (error) {
      this.#kit.log.error('failed to stop', { service: service.name, error });
    } finally {
      deadline.abort();
    }
  }
}
