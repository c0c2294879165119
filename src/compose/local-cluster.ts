import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDirectory } from '../adapters/postgres/embedded/directory-lock.ts';
import { startLocalCluster } from '../adapters/processes/local-cluster.ts';
import { createCredentials } from '../adapters/system/credentials.ts';
import { keepKeyFile } from '../adapters/system/key-file.ts';
import { FailureError, failure } from '../base/errors.ts';
import { operatorKeyName } from '../base/operator-key.ts';
import { fail, type Outcome } from '../base/outcome.ts';
import { type ClusterOptions, readClusterConfig } from '../config/cluster-config.ts';
import { dataFolders } from '../config/standalone-config.ts';
import type { LocalCluster, LocalProcess } from '../ports/local-cluster.ts';
import { apiKeyMark } from '../services/access/authenticator.ts';
import { createKit } from './kit.ts';

/**
 * Starts a cluster of processes on this machine in a data directory, which it holds for itself until it is disposed.
 * Failures are those of the options, of the directory, and of the processes.
 */
export async function openLocalCluster(
  options: ClusterOptions,
  watch: { readonly onChange: (change: LocalProcess) => void; readonly signal: AbortSignal },
): Promise<Outcome<LocalCluster>> {
  const read = readClusterConfig(options, process.env);
  if (!read.ok) return read;
  const { dataDirectory: directory, port, logLevel, secretsFile, access, ...size } = read.value;
  const folders = dataFolders(directory);
  if ([folders.database, folders.server].some((folder) => existsSync(folder))) {
    return fail(
      failure('REQUEST_INVALID', `${directory} was used by a service in one process`, {
        hint: 'give another `--data`',
      }),
    );
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const lock = lockDirectory(directory);
  if (!lock.ok) return lock;
  const keyFile = access.mode === 'on' ? await operatorKeyIn(directory) : {};
  const started = await startLocalCluster(createKit({ logLevel: 'error' }), {
    ...size,
    directory,
    ...(port === 0 ? {} : { port }),
    environment: {
      ASSAY_LOG_LEVEL: logLevel,
      ...(secretsFile === undefined ? {} : { ASSAY_SECRETS_FILE: secretsFile }),
      ASSAY_ACCESS: access.mode,
      ...keyFile,
    },
    ...watch,
  }).catch((error: unknown) => {
    lock.value.release();
    throw error;
  });
  if (!started.ok) {
    lock.value.release();
    return started;
  }
  const cluster = started.value;
  const close = cluster[Symbol.asyncDispose].bind(cluster);
  cluster[Symbol.asyncDispose] = async () => {
    await close();
    lock.value.release();
  };
  return started;
}

/** All processes of the cluster know its operator by one key, which lies where that of a single process lies. */
async function operatorKeyIn(directory: string): Promise<Readonly<Record<string, string>>> {
  const path = join(directory, operatorKeyName);
  const key = await keepKeyFile(path, () => apiKeyMark + createCredentials().token());
  if (!key.ok) throw new FailureError(key.error);
  return { ASSAY_OPERATOR_KEY_FILE: path };
}
