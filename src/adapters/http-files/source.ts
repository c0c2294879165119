import { assert } from '../../base/assert.ts';
import { FailureError, failure } from '../../base/errors.ts';
import { partitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { partitionStart } from '../../core/datasets/partition-key.ts';
import type { HttpProviderDefinition } from '../../core/datasets/provider-definition.ts';
import { addressAt, nameAt, parseUrlTemplate, type UrlTemplate } from '../../core/datasets/url-template.ts';
import { newestTime, timesBack } from '../../core/datasets/url-times.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FileRequest, FileSource, ListedFile } from '../../ports/file-source.ts';
import type { Random } from '../../ports/random.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { AllowedAddresses } from './allowed-addresses.ts';
import { fetchFile } from './fetch-file.ts';
import { HttpClient } from './http-client.ts';
import { shownAddress } from './http-failure.ts';
import { type LookParts, lookAt } from './look-at.ts';

export type HttpSourceOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly secrets: Secrets;
  readonly allowed: AllowedAddresses;
  /** Certificates of further authorities, in PEM. */
  readonly ca?: string;
};

/**
 * Files behind addresses: one, or one for each hour, day, month or year. Which times there are is found by looking, from the
 * newest back to the first of the dataset's `backfill`; without one, until many in a row are missing.
 */
export function createHttpSource(options: HttpSourceOptions): FileSource {
  const client = new HttpClient(options);
  const parts = { ...options, client };
  return {
    list: (definition, signal) => outcomeOf(signal, () => list(parts, definition, signal)),
    fetch: (request) => outcomeOf(request.signal, () => fetch(parts, request)),
  };
}

type Parts = HttpSourceOptions & { readonly client: HttpClient };

async function list(
  parts: Parts,
  definition: DatasetDefinition,
  signal: AbortSignal,
): Promise<readonly ListedFile[]> {
  const provider = httpProvider(definition);
  const template = templateOf(provider);
  const ownHeaders = await headersOf(parts.secrets, provider);
  const looking: Looking = {
    parts: { ...parts, budget: { hashedBytes: limits.httpHashedBytesMax } },
    template,
    ownHeaders,
    signal,
    atOnce: Math.min(
      limits.httpLooksAtOnce,
      definition.limits.sourceConcurrencyMax ?? limits.httpLooksAtOnce,
    ),
  };
  const files =
    template.grain === undefined ? await lookFor(looking, [undefined]) : await lookBack(looking, definition);
  if (files.length === 0) throw nothingFound(definition, template);
  return files;
}

type Looking = {
  readonly parts: LookParts;
  readonly template: UrlTemplate;
  readonly ownHeaders: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly atOnce: number;
};

async function lookBack(looking: Looking, definition: DatasetDefinition): Promise<readonly ListedFile[]> {
  const { grain } = looking.template;
  assert(grain !== undefined, 'only addresses with times are looked for in the past');
  const newest = newestTime(looking.parts.clock.now(), definition.publish, grain);
  const from = definition.backfill?.from;
  const first = from === undefined ? undefined : partitionStart(partitionKey(from));
  const max = limits.httpTimesMax + 1;
  const times = timesBack({ newest, oldest: first ?? instant(0), grain, max });
  if (first !== undefined && times.length === max) throw tooManyTimes(definition);
  const files: ListedFile[] = [];
  let missing = 0;
  for (let at = 0; at < times.length; at += limits.httpMissingTimesMax) {
    const found = await lookFor(looking, times.slice(at, at + limits.httpMissingTimesMax));
    for (const file of found) files.push(file);
    missing = found.length === 0 ? missing + limits.httpMissingTimesMax : 0;
    // Nobody said where the past begins: it ends where a whole round found nothing.
    if (first === undefined && missing > 0 && (files.length > 0 || missing >= missingBeforeAny)) return files;
  }
  return files;
}

/** Before anything was found, more may be missing: a dataset that ended some time ago. */
const missingBeforeAny = 8 * limits.httpMissingTimesMax;

/** Those of the times that there is a file for. */
async function lookFor(
  looking: Looking,
  times: readonly (string | undefined)[],
): Promise<readonly ListedFile[]> {
  const { parts, template, ownHeaders, signal, atOnce } = looking;
  const found: ListedFile[] = [];
  const left = [...times];
  const work = async (): Promise<void> => {
    while (left.length > 0) {
      const time = left.shift();
      const address = addressAt(template, time);
      const marks = await lookAt(parts, { address, ownHeaders, signal }).catch((error: unknown) => {
        // The others ask no more either.
        left.length = 0;
        throw error;
      });
      if (marks === undefined) continue;
      found.push({ name: nameAt(template, time), ...marks, texts: time === undefined ? [] : [time] });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, work));
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return found;
}

async function fetch(parts: Parts, request: FileRequest): Promise<void> {
  const provider = httpProvider(request.definition);
  const template = templateOf(provider);
  const ownHeaders = await headersOf(parts.secrets, provider);
  const { file, path, signal, onBytes } = request;
  const address = addressOf(template, file.name);
  await fetchFile(parts, {
    address,
    ownHeaders,
    file,
    path,
    signal,
    ...(onBytes === undefined ? {} : { onBytes }),
  });
}

/** The address of a file that was listed: its name, with the parameters that names do not tell. */
function addressOf(template: UrlTemplate, name: string): string {
  const [path = '', told = ''] = name.split(/\?(.*)/s);
  const [, query] = template.text.split(/\?(.*)/s);
  if (query === undefined) return path;
  const values = told.split('&');
  const parameters = query
    .split('&')
    .map((parameter) => (/\{[^{}]*\}/.test(parameter) ? (values.shift() ?? parameter) : parameter));
  return `${path}?${parameters.join('&')}`;
}

async function headersOf(
  secrets: Secrets,
  { headers = {} }: HttpProviderDefinition,
): Promise<Readonly<Record<string, string>>> {
  const resolved: Record<string, string> = {};
  for (const [name, reference] of Object.entries(headers)) {
    const value = await secrets.resolve(reference);
    if (!value.ok) throw new FailureError(value.error);
    // What is at the end of a file of secrets is no part of one; anything else would be another header.
    const line = value.value.trim();
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(line)) {
      const message = `the secret ${reference.name} can not be the header ${name}: it has characters that headers have not`;
      throw new FailureError(failure('SECRETS_FILE_UNFIT', message));
    }
    resolved[name] = line;
  }
  return resolved;
}

function httpProvider({ provider }: DatasetDefinition): HttpProviderDefinition {
  assert(provider.type === 'http', 'the source of addresses reads addresses');
  return provider;
}

function templateOf({ url }: HttpProviderDefinition): UrlTemplate {
  const template = parseUrlTemplate(url);
  if (!('problem' in template)) return template;
  throw new FailureError(
    failure('SOURCE_UNREADABLE', `the address ${shownAddress(url)} ${template.problem}`),
  );
}

function nothingFound(definition: DatasetDefinition, template: UrlTemplate): FailureError {
  const where = nameAt(template, undefined);
  if (template.grain === undefined) {
    return new FailureError(failure('SOURCE_NOT_FOUND', `There is nothing at ${where}`, { where }));
  }
  const since = definition.backfill?.from;
  const hint =
    since === undefined
      ? 'say where the past begins: backfill: {from: 2001-01-01}'
      : 'compare the address with one that a browser opens';
  const shown = shownAddress(template.text);
  const message = `There is no file for any ${template.grain} at ${shown}${since === undefined ? '' : ` since ${since}`}`;
  return new FailureError(failure('SOURCE_NOT_FOUND', message, { hint, where: shown }));
}

function tooManyTimes(definition: DatasetDefinition): FailureError {
  const most = limits.httpTimesMax;
  const message = `${definition.dataset} would have to be looked for at more than ${most} addresses`;
  const hint = 'let backfill: {from: …} begin later, or publish larger files';
  return new FailureError(failure('SOURCE_LIMIT', message, { hint }));
}

async function outcomeOf<T>(signal: AbortSignal, action: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return succeed(await action());
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FailureError) return fail(error.failure);
    throw error;
  }
}
