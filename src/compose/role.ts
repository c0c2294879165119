import type { ServerDatabase } from '../adapters/postgres/server/open.ts';
import type { RoleConfig } from '../config/role-config.ts';
import type { HttpOptions } from '../http/listener.ts';
import type { HealthProbe } from '../http/routes/health-routes.ts';
import type { HttpServer } from '../http/server.ts';
import type { Member } from '../roles/member.ts';
import type { Kit } from '../services/kit.ts';
import type { Service } from '../services/lifecycle.ts';

/** Something that is opened before the services start, and closed when they have stopped. */
export type Closable = { close(): Promise<void> };

/** What every role is made of. */
export type RoleParts = {
  readonly kit: Kit;
  readonly database: ServerDatabase;
  /** Remembers what must be closed at the end; the last one is closed first. */
  readonly keep: <T extends Closable>(opened: T) => T;
  /** Called with a broken invariant: the process must end. */
  readonly onBroken: (error: unknown) => void;
};

/** What a role does in this process. */
export type Assembly = {
  /** Started in this order and stopped in reverse. */
  readonly services: readonly Service[];
  /** Those of the services that hold sessions. */
  readonly members: readonly Member[];
  readonly probes: readonly HealthProbe[];
  /** Resolves once it does its work. */
  readonly joined: Promise<unknown>;
  /** Where the first administrator comes from, below the address; told once, and for no log. */
  readonly setupPath?: string;
  /** The API, which takes over the address from the health server. */
  readonly http?: (options: HttpOptions) => HttpServer;
};

/** What a process does that has one place in one cluster. */
export function memberAssembly(member: Member, database: ServerDatabase): Assembly {
  return {
    services: [member],
    members: [member],
    probes: [{ name: 'database', check: () => database.ping() }, member.probe()],
    joined: member.joined,
  };
}

/** Makes what a role does. Rejects with a `FailureError` when that can not be. */
export type Assemble<Config extends RoleConfig> = (
  config: Config,
  parts: RoleParts,
) => Promise<Assembly> | Assembly;
