import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allowedAddresses } from '../../../src/adapters/http-files/allowed-addresses.ts';
import { createHttpSource, type HttpSourceOptions } from '../../../src/adapters/http-files/source.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { failure } from '../../../src/base/errors.ts';
import { fail, type Outcome, succeed } from '../../../src/base/outcome.ts';
import type { DatasetDefinition, PartitionRule } from '../../../src/core/datasets/definition.ts';
import type { HttpProviderDefinition } from '../../../src/core/datasets/provider-definition.ts';
import type { RemoteFile } from '../../../src/core/datasets/source.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { FileSource, ListedFile } from '../../../src/ports/file-source.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';
import { defineFiles } from '../files/define-files.ts';

/** The definition of a dataset over HTTP. */
export function defineHttp(
  url: string,
  more: Partial<Pick<HttpProviderDefinition, 'headers' | 'format'>> & {
    readonly from?: string;
    readonly partition?: PartitionRule;
  } = {},
): DatasetDefinition {
  const { from, partition = { kind: 'file' }, ...provider } = more;
  return {
    ...defineFiles('', partition),
    provider: { type: 'http', url, ...provider },
    ...(from === undefined ? {} : { backfill: { from } }),
  };
}

/** Time runs as ever, but nobody waits longer than a moment: silences and pauses between tries are short. */
export const hastyClock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms / 100, 300), signal),
};

export function httpSource(
  options: Partial<HttpSourceOptions> & { readonly allow?: readonly string[] } = {},
): FileSource {
  const { allow = ['127.0.0.0/8'], ...more } = options;
  const allowed = allowedAddresses(allow);
  assert.ok(allowed.ok);
  return createHttpSource({
    clock: hastyClock,
    random: createSeededRandom(),
    secrets: {
      resolve: async ({ name }) =>
        name === 'MISSING'
          ? fail(failure('SECRET_MISSING', `${name} is not set`))
          : succeed(`value of ${name}`),
    },
    allowed: allowed.value,
    ...more,
  });
}

const signal = new AbortController().signal;

export async function listed(
  source: FileSource,
  definition: DatasetDefinition,
): Promise<readonly ListedFile[]> {
  const outcome = await source.list(definition, signal);
  if (!outcome.ok)
    assert.fail(`${outcome.error.code}: ${outcome.error.message} ${outcome.error.causes?.join()}`);
  return outcome.value.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Fetches a file; the text that was written, or the failure. */
export async function fetched(
  source: FileSource,
  definition: DatasetDefinition,
  file: RemoteFile,
  abort: AbortSignal = signal,
): Promise<Outcome<Buffer>> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-http-'));
  try {
    const path = join(directory, 'file');
    const outcome = await source.fetch({ definition, file, path, signal: abort });
    return outcome.ok ? succeed(await readFile(path)) : outcome;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The code of a failure, with what it says and what caused it. */
export function told(outcome: Outcome<unknown>): string {
  if (outcome.ok) return 'ok';
  const { code, message, causes = [] } = outcome.error;
  return [`${code}: ${message}`, ...causes].join(' <- ');
}
