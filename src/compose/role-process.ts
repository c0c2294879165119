import { openServerDatabase, type ServerDatabase } from '../adapters/postgres/server/open.ts';
import { FailureError, failure } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { RoleConfig } from '../config/role-config.ts';
import { createHealthServer } from '../http/health-server.ts';
import type { HealthProbe } from '../http/routes/health-routes.ts';
import type { HttpServer } from '../http/server.ts';
import { patiently } from '../roles/patiently.ts';
import { ServiceGroup } from '../roles/service-group.ts';
import { unlessAborted } from '../roles/unless-aborted.ts';
import { within } from '../services/cluster/within.ts';
import type { Kit } from '../services/kit.ts';
import { withRegistry } from './registry.ts';
import type { Assembly, Closable, RoleParts } from './role.ts';
import { version } from './version.ts';

/**
 * A process with one role. It answers for its health from the first moment on, waits for what it needs, and then does its
 * work until it is stopped.
 */
export class RoleProcess {
  /** Resolves with the error when an invariant broke: the process must end. */
  readonly broken: Promise<unknown>;
  readonly #kit: Kit;
  readonly #config: RoleConfig;
  readonly #assemble: (parts: RoleParts) => Promise<Assembly> | Assembly;
  readonly #onBroken: (error: unknown) => void;
  readonly #stopping = new AbortController();
  readonly #opened: Closable[] = [];
  /** What answers on the address: the health alone, or in its place the API. */
  #front: HttpServer;
  #begun: Promise<void> = Promise.resolve();
  #assembly: Assembly | undefined;
  #group: ServiceGroup | undefined;
  #isReady = false;

  /** `assemble` makes what the role does, once there is a database. */
  constructor(kit: Kit, config: RoleConfig, assemble: (parts: RoleParts) => Promise<Assembly> | Assembly) {
    this.#kit = kit;
    this.#config = config;
    this.#assemble = assemble;
    const broken = Promise.withResolvers<unknown>();
    this.broken = broken.promise;
    this.#onBroken = broken.resolve;
    this.#front = createHealthServer(
      {
        kit,
        probes: () => this.#probes(),
        isReady: () => this.#isReady,
        isBeforeApi: config.role === 'api',
      },
      { host: config.host, port: config.port, version },
    );
  }

  /** Begins to answer for its health. Rejects with `ADDRESS_UNAVAILABLE` when the port is taken. */
  async listen(): Promise<void> {
    await this.#front.start();
    this.#kit.log.info('answers for its health', { url: this.#front.url() });
  }

  url(): string {
    return this.#front.url();
  }

  /** Where the first administrator comes from; told once, and for no log. */
  setupUrl(): string | undefined {
    const path = this.#assembly?.setupPath;
    return path === undefined ? undefined : this.url() + path;
  }

  /**
   * Resolves once it does its work, or was stopped before; rejects with a `FailureError` when it never can, such as with
   * a wrong password.
   */
  begin(): Promise<void> {
    this.#begun = this.#begin();
    return this.#begun;
  }

  /** Ends everything in good order. Safe to call at any moment. */
  async stop(): Promise<void> {
    this.#isReady = false;
    this.#stopping.abort();
    await this.#begun.catch(() => undefined);
    // Requests under way need everything else; a health alone is asked for until the end.
    if (this.#assembly?.http !== undefined) await this.#front.stop();
    await this.#group?.stop();
    for (const part of this.#opened.toReversed()) await this.#close(part);
    await this.#front.stop();
  }

  /** Ends the sessions alone, so that others need not wait until they expire: the process is about to end. */
  async abandon(): Promise<void> {
    await Promise.all((this.#assembly?.members ?? []).map((member) => member.abandon()));
  }

  async #begin(): Promise<void> {
    const { signal } = this.#stopping;
    const database = await this.#openDatabase();
    if (database === undefined) return;
    this.#opened.push(database);
    const keep = <T extends Closable>(opened: T): T => {
      this.#opened.push(opened);
      return opened;
    };
    const parts = { kit: this.#kit, database, keep, onBroken: this.#onBroken };
    const assembly = await this.#assemble(parts);
    if (signal.aborted) return;
    this.#assembly = assembly;
    const { role } = this.#config;
    this.#group = new ServiceGroup(this.#kit, role, assembly.services, limits.roleStopDeadlineMs);
    await this.#group.start();
    if (assembly.http !== undefined) await this.#handOver(assembly.http);
    await unlessAborted(assembly.joined, signal, async () => undefined);
    this.#isReady = !signal.aborted;
  }

  async #openDatabase(): Promise<ServerDatabase | undefined> {
    const { databaseUrl: url, role } = this.#config;
    const opened = await patiently(this.#kit, {
      what: 'the database',
      open: async () => {
        const server = await openServerDatabase({
          url,
          ...this.#kit,
          listens: role === 'manager',
          ...(role === 'api' ? {} : { connectionsMax: limits.databaseConnectionsOfRoleMax }),
        });
        return server.ok ? await withRegistry(this.#kit, server.value, this.#config) : server;
      },
      signal: this.#stopping.signal,
    });
    if (opened?.ok === false) throw new FailureError(opened.error);
    return opened?.value;
  }

  /** The API begins where the health server answered until now. */
  async #handOver(create: NonNullable<Assembly['http']>): Promise<void> {
    const port = Number(new URL(this.#front.url()).port);
    await this.#front.stop();
    this.#front = create({ host: this.#config.host, port, version });
    await this.#front.start();
  }

  #probes(): readonly HealthProbe[] {
    if (this.#assembly === undefined) return [{ name: 'database', check: waitsForDatabase }];
    return this.#assembly.probes;
  }

  async #close(part: Closable): Promise<void> {
    const closing = part.close().catch((error: unknown) => {
      this.#kit.log.warn('something could not be closed', { error });
    });
    const inTime = await within(this.#kit.clock, closing, limits.killGraceMs);
    if (!inTime) this.#kit.log.warn('something did not close in time');
  }
}

function waitsForDatabase(): never {
  throw new FailureError(failure('NOT_READY', 'the process waits for the database'));
}
