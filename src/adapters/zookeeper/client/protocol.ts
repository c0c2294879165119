/** Numbers of ZooKeeper's wire protocol (`ZooDefs.java`, `ClientCnxn.java`, `Watcher.java`). */
export const opcodes = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getAcl: 6,
  setAcl: 7,
  sync: 9,
  ping: 11,
  getChildren2: 12,
  check: 13,
  multi: 14,
  create2: 15,
  removeWatches: 18,
  createContainer: 19,
  createTtl: 21,
  auth: 100,
  getEphemerals: 103,
  getAllChildrenNumber: 104,
  setWatches2: 105,
  addWatch: 106,
  whoAmI: 107,
  closeSession: -11,
} as const;

/** Transaction ids of frames that answer no request of the queue. */
export const specialXids = { notification: -1, ping: -2, auth: -4, setWatches: -8 } as const;

/** Types of watch events. */
export const eventTypes = { created: 1, deleted: 2, dataChanged: 3, childrenChanged: 4 } as const;

/** What a node can be, and how `create` says it. */
export const createFlags = {
  persistent: 0,
  ephemeral: 1,
  persistent_sequential: 2,
  ephemeral_sequential: 3,
  container: 4,
  persistent_ttl: 5,
  persistent_sequential_ttl: 6,
} as const;

/** Rights of an access control entry, to be added up. */
export const permissions = { read: 1, write: 2, create: 4, delete: 8, admin: 16, all: 31 } as const;

/** Error codes of the server (`KeeperException.java`). */
const serverCodes = {
  SYSTEM_ERROR: -1,
  RUNTIME_INCONSISTENCY: -2,
  DATA_INCONSISTENCY: -3,
  CONNECTION_LOSS: -4,
  MARSHALLING_ERROR: -5,
  UNIMPLEMENTED: -6,
  OPERATION_TIMEOUT: -7,
  BAD_ARGUMENTS: -8,
  UNKNOWN_SESSION: -12,
  NEW_CONFIG_NO_QUORUM: -13,
  RECONFIG_IN_PROGRESS: -14,
  API_ERROR: -100,
  NO_NODE: -101,
  NO_AUTH: -102,
  BAD_VERSION: -103,
  NO_CHILDREN_FOR_EPHEMERALS: -108,
  NODE_EXISTS: -110,
  NOT_EMPTY: -111,
  SESSION_EXPIRED: -112,
  INVALID_CALLBACK: -113,
  INVALID_ACL: -114,
  AUTH_FAILED: -115,
  SESSION_MOVED: -118,
  NOT_READ_ONLY: -119,
  EPHEMERAL_ON_LOCAL_SESSION: -120,
  NO_WATCHER: -121,
  REQUEST_TIMEOUT: -122,
  RECONFIG_DISABLED: -123,
  SESSION_CLOSED_REQUIRE_SASL_AUTH: -124,
  QUOTA_EXCEEDED: -125,
  THROTTLED: -127,
} as const;

/** A code that the server answered with; `UNKNOWN` for one that this client has no name for. */
export type ServerCode = keyof typeof serverCodes | 'UNKNOWN';

const namesOfCodes = new Map<number, ServerCode>(
  Object.entries(serverCodes).map(([name, code]) => [code, name as keyof typeof serverCodes]),
);

/** The name of a code that is not 0. */
export function serverCodeName(code: number): ServerCode {
  return namesOfCodes.get(code) ?? 'UNKNOWN';
}
