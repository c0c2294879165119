import { limits } from '../../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../../base/outcome.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Random } from '../../../ports/random.ts';
import type { SessionKey } from './connect-request.ts';
import { rejected, unsent, type ZooKeeperError } from './errors.ts';
import { readTls, type Server, type TlsOptions } from './link.ts';
import { type CreateOptions, isSequential, type MultiResult, type MultiStep } from './multi.ts';
import type { Operation } from './operation.ts';
import { operations } from './operations.ts';
import { Chroot, pathFault } from './paths.ts';
import { opcodes, serverCodeName } from './protocol.ts';
import type { Acl, Identity, Stat } from './records.ts';
import { type Credentials, Session, type SessionLimits } from './session.ts';
import type { SessionState } from './session-state.ts';
import { Watches, type WatchKind, type WatchListener } from './watches.ts';

export type ZooKeeperClientOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly servers: readonly Server[];
  /** A path that stands before all others; it must exist. By default none. */
  readonly chroot?: string;
  readonly tls?: TlsOptions;
  /** Sent on every connection before anything else. */
  readonly credentials?: readonly Credentials[];
  /** What is asked for; see `sessionTimeoutMs` of the client for what was granted. */
  readonly sessionTimeoutMs?: number;
  /** The deadline of an operation that has none of its own. */
  readonly operationTimeoutMs?: number;
  readonly limits?: Partial<SessionLimits>;
};

export type CallOptions = {
  readonly timeoutMs?: number;
  /** Wait, up to the deadline, for the connection to come back. By default an operation fails at once while it is lost. */
  readonly wait?: boolean;
};

/** `watch` is called once, when what was read has changed. */
export type ReadOptions = CallOptions & { readonly watch?: WatchListener };

/** The version that the node must have; left out, any will do. */
export type VersionOptions = CallOptions & { readonly version?: number };

type Result<T> = Promise<Outcome<T, ZooKeeperError>>;

/**
 * A ZooKeeper client: one session, from the first connection to its end. It connects by itself and keeps the session
 * over lost connections; when the session has expired, this object has come to its end and a new one is needed.
 *
 * Operations are sent and applied in the order of the calls. None is ever repeated by the client: whoever gets an error
 * that is `ambiguous` looks first. Outcomes never reject. Throws when the texts of `tls` are no PEM.
 */
export class ZooKeeperClient {
  readonly #session: Session;
  readonly #watches: Watches;
  readonly #chroot: Chroot;
  readonly #operationTimeoutMs: number;

  constructor(options: ZooKeeperClientOptions) {
    const sessionTimeoutMs = options.sessionTimeoutMs ?? limits.sessionTimeoutMs;
    this.#chroot = new Chroot(options.chroot ?? '/');
    this.#watches = new Watches(this.#chroot);
    this.#operationTimeoutMs = options.operationTimeoutMs ?? limits.zooKeeperOperationTimeoutMs;
    this.#session = new Session(
      {
        clock: options.clock,
        random: options.random,
        servers: options.servers,
        tls: options.tls === undefined ? undefined : readTls(options.tls),
        credentials: options.credentials ?? [],
        sessionTimeoutMs,
        limits: { ...sessionLimits, ...options.limits },
      },
      this.#watches,
    );
  }

  get state(): SessionState {
    return this.#session.state;
  }

  /** The session's id, which is the owner of its ephemeral nodes; 0 before there is one. */
  get sessionId(): bigint {
    return this.#session.id;
  }

  /** What gives anybody this session; undefined before there is one. A secret. */
  get sessionKey(): SessionKey | undefined {
    return this.#session.key;
  }

  /** What the ensemble granted; before there is a session, what was asked for. */
  get sessionTimeoutMs(): number {
    return this.#session.timeoutMs;
  }

  /** Why the last attempt to connect came to nothing; undefined while connected. */
  get fault(): string | undefined {
    return this.#session.fault;
  }

  /**
   * Milliseconds, on the monotonic clock, since the newest request was sent that a server has answered. Whoever holds a
   * lease checks before each act that it is below two thirds of the session time-out; being connected is not enough,
   * because a process that was stopped learns of its loss only after its own timers.
   */
  lastReplyAgeMs(): number {
    return this.#session.lastReplyAgeMs();
  }

  /** Calls `listener` at each change of state, at once, until the function that it returns is called. */
  onState(listener: (state: SessionState) => void): () => void {
    return this.#session.onState(listener);
  }

  /** Creates a node. A sequential one gets ten digits behind its path; the path with them is returned. */
  async create(
    path: string,
    options: CreateOptions & CallOptions = {},
  ): Result<{ readonly path: string; readonly stat: Stat }> {
    const make = (serverPath: string) => operations.create(serverPath, options);
    const created = await this.#call(path, make, options, isSequential(options.mode));
    return created.ok
      ? succeed({ ...created.value, path: this.#chroot.remove(created.value.path) })
      : created;
  }

  remove(path: string, options: VersionOptions = {}): Result<void> {
    return this.#call(path, (serverPath) => operations.remove(serverPath, options.version), options);
  }

  /** The node's stat, undefined when there is none. Its watch tells of creation, change and removal. */
  async exists(path: string, options: ReadOptions = {}): Result<Stat | undefined> {
    const found = await this.#read(path, operations.exists, 'data', options);
    return !found.ok && found.error.code === 'NO_NODE' ? succeed(undefined) : found;
  }

  /** The node's data. Its watch tells of change and removal. */
  get(path: string, options: ReadOptions = {}): Result<{ readonly data: Buffer; readonly stat: Stat }> {
    return this.#read(path, operations.get, 'data', options);
  }

  set(path: string, data: Uint8Array, options: VersionOptions = {}): Result<Stat> {
    return this.#call(path, (serverPath) => operations.set(serverPath, data, options.version), options);
  }

  getAcl(
    path: string,
    options: CallOptions = {},
  ): Result<{ readonly acl: readonly Acl[]; readonly stat: Stat }> {
    return this.#call(path, operations.getAcl, options);
  }

  /** Sets the access control list; `version` is that of the list. */
  setAcl(path: string, acl: readonly Acl[], options: VersionOptions = {}): Result<Stat> {
    return this.#call(path, (serverPath) => operations.setAcl(serverPath, acl, options.version), options);
  }

  /** The names of the children, in no order. Its watch tells of new and removed children, and of the node's removal. */
  children(
    path: string,
    options: ReadOptions = {},
  ): Result<{ readonly names: readonly string[]; readonly stat: Stat }> {
    return this.#read(path, operations.children, 'child', options);
  }

  /** What is read after it is at least as new as everything that any client had written before it. */
  sync(path: string, options: CallOptions = {}): Result<void> {
    return this.#call(path, operations.sync, options);
  }

  /** Applies all steps or none. A failed one is named by the `index` of the error. */
  async multi(steps: readonly MultiStep[], options: CallOptions = {}): Result<readonly MultiResult[]> {
    for (const step of steps) {
      const invalid = invalidPath(step.path, step.kind === 'create' && isSequential(step.mode));
      if (invalid !== undefined) return fail(invalid);
    }
    const answer = await this.#submit(
      operations.multi(steps, (path) => this.#chroot.add(path)),
      options,
    );
    if (!answer.ok) return answer;
    const { value } = answer;
    if (value.applied) return succeed(value.results.map((result) => this.#withoutChroot(result)));
    const [code, step] = [serverCodeName(value.code), steps[value.index]];
    const title = `multi: ${step?.kind ?? 'step'} ${step?.path ?? ''} (${value.index})`;
    return fail(rejected(code, `${title}: ${code}`, value.index));
  }

  /**
   * Calls `listener` for every change of a node and of its list of children, or (`recursive`) of the node and everything
   * below it, until the function that it returns is called. What happens while the connection is away is not told:
   * look again after every `reconnected`.
   */
  async addWatch(
    path: string,
    kind: 'persistent' | 'recursive',
    listener: WatchListener,
    options: CallOptions = {},
  ): Result<() => Result<void>> {
    const make = (serverPath: string) => operations.addWatch(serverPath, kind === 'recursive');
    const added = await this.#watching(path, make, kind, { ...options, watch: listener });
    return added.ok ? succeed(() => this.#removeWatch(path, kind, listener)) : added;
  }

  /** How many nodes are below this one, at any depth. The server counts them one by one. */
  allChildrenNumber(path: string, options: CallOptions = {}): Result<number> {
    return this.#call(path, operations.allChildrenNumber, options);
  }

  /** The paths of the ephemeral nodes of this session that begin with `prefix`. */
  async ephemerals(prefix: string, options: CallOptions = {}): Result<readonly string[]> {
    const found = await this.#call(prefix, operations.ephemerals, options);
    return found.ok ? succeed(found.value.map((path) => this.#chroot.remove(path))) : found;
  }

  /** As whom the server knows this connection. */
  whoAmI(options: CallOptions = {}): Result<readonly Identity[]> {
    return this.#submit(operations.whoAmI(), options);
  }

  /**
   * Ends the session, so that its ephemeral nodes vanish at once. Without a connection only this object ends, and the
   * nodes vanish when the session expires. Resolves in any case, at the latest after the time-out of an operation.
   */
  close(): Promise<void> {
    return this.#session.close(this.#operationTimeoutMs);
  }

  /** Drops the local listener; the server's watch too, once nobody else here watches the path in any way. */
  async #removeWatch(path: string, kind: WatchKind, listener: WatchListener): Result<void> {
    const serverPath = this.#chroot.add(path);
    this.#watches.remove(kind, serverPath, listener);
    if (this.#watches.isWatched(serverPath)) return succeed(undefined);
    const removed = await this.#submit(operations.removeWatches(serverPath), {});
    // The watch may have gone with a connection that it was not asked for again on.
    return !removed.ok && removed.error.code === 'NO_WATCHER' ? succeed(undefined) : removed;
  }

  /** A read, with a one-shot watch if there is a listener for it. */
  #read<T>(
    path: string,
    make: (serverPath: string, watch: boolean) => Operation<T>,
    kind: WatchKind,
    options: ReadOptions,
  ): Result<T> {
    if (options.watch === undefined)
      return this.#call(path, (serverPath) => make(serverPath, false), options);
    return this.#watching(path, make, kind, { ...options, watch: options.watch });
  }

  /** Registers the listener the moment that the server's answer says it watches, before any event behind it is read. */
  #watching<T>(
    path: string,
    make: (serverPath: string, watch: boolean) => Operation<T>,
    kind: WatchKind,
    options: CallOptions & { readonly watch: WatchListener },
  ): Result<T> {
    const invalid = invalidPath(path, false);
    if (invalid !== undefined) return Promise.resolve(fail(invalid));
    const serverPath = this.#chroot.add(path);
    const way = this.#watches.way(kind, serverPath);
    if (way === 'conflict') {
      const message = `${path} has a watch that one of the kind “${kind}” can not stand beside`;
      return Promise.resolve(fail(unsent('INVALID', message)));
    }
    const operation = make(serverPath, way === 'ask');
    const watching: Operation<T> = {
      ...operation,
      onAnswer: (code) => {
        const armed = armedKind(operation.opcode, kind, code);
        if (armed !== undefined) this.#watches.add(armed, serverPath, options.watch);
      },
      onEnd: this.#watches.arming(kind, serverPath),
    };
    return this.#submit(watching, options);
  }

  #withoutChroot(result: MultiResult): MultiResult {
    return result.kind === 'created' ? { ...result, path: this.#chroot.remove(result.path) } : result;
  }

  #call<T>(
    path: string,
    make: (serverPath: string) => Operation<T>,
    options: CallOptions,
    sequential = false,
  ): Result<T> {
    const invalid = invalidPath(path, sequential);
    if (invalid !== undefined) return Promise.resolve(fail(invalid));
    return this.#submit(make(this.#chroot.add(path)), options);
  }

  #submit<T>(operation: Operation<T>, options: CallOptions): Result<T> {
    return this.#session.submit(operation, {
      timeoutMs: options.timeoutMs ?? this.#operationTimeoutMs,
      wait: options.wait ?? false,
    });
  }
}

const sessionLimits: SessionLimits = {
  requestBytesMax: limits.zooKeeperRequestBytesMax,
  replyBytesMax: limits.zooKeeperReplyBytesMax,
  backOffMsMax: limits.zooKeeperBackOffMsMax,
  watchBytesPerRequestMax: limits.zooKeeperWatchBytesPerRequestMax,
  operationsMax: limits.zooKeeperOperationsMax,
  unsentBytesMax: limits.zooKeeperUnsentBytesMax,
};

function invalidPath(path: string, sequential: boolean): ZooKeeperError | undefined {
  const fault = pathFault(path, sequential);
  return fault === undefined ? undefined : unsent('INVALID', `The path “${path}” ${fault}`);
}

/** Which watch an answer has armed: `exists` watches for the creation of a node that there is not. */
function armedKind(opcode: number, kind: WatchKind, code: number): WatchKind | undefined {
  if (code === 0) return kind;
  return opcode === opcodes.exists && serverCodeName(code) === 'NO_NODE' ? 'exist' : undefined;
}
