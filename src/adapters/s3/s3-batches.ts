import { DeleteObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { FailureError, failure } from '../../base/errors.ts';
import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { NewBatch, SeenBytes, StoredBatches } from '../../ports/stored-batches.ts';
import { download } from './download.ts';
import { listObjects } from './list-objects.ts';
import { s3Name } from './s3-address.ts';
import { type S3Access, S3Clients } from './s3-clients.ts';
import { isOfMachine, type S3Fault, s3FaultOf } from './s3-fault.ts';
import { repeatedly, type S3Store } from './s3-store.ts';
import { seenOf, upload } from './upload.ts';

export type S3BatchesOptions = S3Access & {
  readonly bucket: string;
  /** What all keys begin with: empty, or a path that ends in a slash. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly regionDefault?: string | undefined;
};

/**
 * Batches as objects `<prefix><dataset>/<hash>/<index>.parquet` of an S3-compatible store, with their SHA-256 as metadata. A
 * key is written once: by a condition, where the store knows it. Expected error: `BATCH_STORE_FAILED`.
 */
export function createS3Batches(options: S3BatchesOptions): StoredBatches {
  return new S3Batches(options);
}

class S3Batches implements StoredBatches {
  readonly #store: S3Store;
  readonly #prefix: string;

  constructor({ bucket, prefix, clock, random, regionDefault, ...access }: S3BatchesOptions) {
    const client = new S3Clients({ regionDefault }).clientOf(access);
    this.#store = { client, bucket, clock, random };
    this.#prefix = prefix;
  }

  async find(location: string): Promise<SeenBytes | undefined> {
    const head = await this.#head(location);
    return head === undefined
      ? undefined
      : { sizeBytes: head.ContentLength ?? 0, checksum: head.Metadata?.[checksumName] ?? '' };
  }

  async insert(batch: NewBatch, path: string, check: (seen: SeenBytes) => void): Promise<boolean> {
    if ((await this.#head(batch.location)) !== undefined) return false;
    const seen = await seenOf(path);
    check(seen);
    const key = this.#keyOf(batch.location);
    const metadata = { [checksumName]: batch.checksum };
    const { sizeBytes } = batch;
    return await this.#explained((signal) => upload(this.#store, { key, path, sizeBytes, metadata, signal }));
  }

  async copy(location: string, path: string): Promise<SeenBytes | undefined> {
    const head = await this.#head(location);
    if (head === undefined) return undefined;
    const object = { key: this.#keyOf(location), tag: head.ETag, sizeBytes: head.ContentLength ?? 0 };
    const isThere = await this.#explained(async (signal) => {
      try {
        await download(this.#store, { ...object, path, signal });
        return true;
      } catch (error) {
        // Removed while it was read.
        if (s3FaultOf(error).kind === 'no-object') return false;
        throw error;
      }
    });
    return isThere ? await seenOf(path) : undefined;
  }

  async remove(locations: readonly string[]): Promise<number> {
    const keys = locations.filter(isLocation).map((location) => this.#keyOf(location));
    const left = keys.values();
    const removeRest = async (): Promise<void> => {
      for (const key of left) await this.#removeOne(key);
    };
    await Promise.all(Array.from({ length: limits.s3RemovalsAtOnce }, removeRest));
    return keys.length;
  }

  async olderThan(dataset: DatasetName, ageMs: number): Promise<readonly string[]> {
    const before = this.#store.clock.now() - ageMs;
    return await this.#explained(async (signal) => {
      const old: string[] = [];
      for await (const objects of listObjects(this.#store, {
        prefix: `${this.#prefix}${dataset}/`,
        signal,
      })) {
        for (const { key, modifiedAtMs } of objects) {
          const location = this.#locationOf(key);
          if (location !== undefined && modifiedAtMs < before) old.push(location);
        }
      }
      return old;
    });
  }

  #keyOf(location: string): string {
    return `${this.#prefix}${location}${ending}`;
  }

  #locationOf(key: string): string | undefined {
    if (!key.endsWith(ending)) return undefined;
    const location = key.slice(this.#prefix.length, -ending.length);
    return isLocation(location) ? location : undefined;
  }

  async #head(location: string): Promise<HeadObjectCommandOutput | undefined> {
    if (!isLocation(location)) return undefined;
    const { bucket, client } = this.#store;
    const command = new HeadObjectCommand({ Bucket: bucket, Key: this.#keyOf(location) });
    return await this.#explained(async (signal) => {
      try {
        return await repeatedly(this.#store, signal, () => client.send(command, { abortSignal: signal }));
      } catch (error) {
        if (s3FaultOf(error).kind === 'no-object') return undefined;
        throw error;
      }
    });
  }

  async #removeOne(key: string): Promise<void> {
    const { bucket, client } = this.#store;
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: key });
    await this.#explained(async (signal) => {
      try {
        await repeatedly(this.#store, signal, () => client.send(command, { abortSignal: signal }));
      } catch (error) {
        if (s3FaultOf(error).kind !== 'no-object') throw error;
      }
    });
  }

  /** With a deadline, since those who ask have none, and with what the store says as a failure. */
  async #explained<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(limits.s3BatchTimeoutMs);
    try {
      return await action(signal);
    } catch (error) {
      if (error instanceof FailureError || isOfMachine(error)) throw error;
      const fault: S3Fault = signal.aborted ? late : s3FaultOf(error);
      const name = s3Name(this.#store.bucket, this.#prefix);
      const hint = fault.kind === 'denied' ? hintOnRights : fault.hint;
      const message = `The store of batches ${name} ${fault.what}`;
      throw new FailureError(failure('BATCH_STORE_FAILED', message, { hint, where: name, cause: error }));
    }
  }
}

const checksumName = 'sha256';
const ending = '.parquet';
const late: S3Fault = { kind: 'unavailable', what: 'did not answer in time' };
const hintOnRights =
  'Allow s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload below the prefix';

/** Whether a text has the form of a location, so that no other text leads to other objects. */
function isLocation(text: string): boolean {
  return /^[a-z0-9][a-z0-9._-]*\/[0-9a-f]{40}\/\d+$/.test(text);
}
