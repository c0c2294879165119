import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { repeatedly, type S3Store } from './s3-store.ts';

/** An object as a listing shows it. */
export type S3Object = {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** Its ETag, with quotes. */
  readonly tag: string | undefined;
};

export type ListObjectsRequest = {
  /** What all keys begin with. */
  readonly prefix: string;
  readonly signal: AbortSignal;
  /** The objects that are wanted; 1,000 a request unless said otherwise. */
  readonly pageSize?: number;
};

/**
 * The objects whose keys begin with a prefix, in the order of their keys, page by page. Throws `SOURCE_LIMIT` beyond
 * `s3KeysPerListingMax`, and what the store says.
 */
export async function* listObjects(
  store: S3Store,
  { prefix, signal, pageSize }: ListObjectsRequest,
): AsyncGenerator<readonly S3Object[]> {
  let seen = 0;
  let token: string | undefined;
  do {
    const page = await repeatedly(store, signal, () => listPage(store, { prefix, signal, token, pageSize }));
    const isEncoded = page.EncodingType === 'url';
    const objects = (page.Contents ?? []).flatMap((content) => objectOf(content, isEncoded));
    seen += objects.length;
    if (seen > limits.s3KeysPerListingMax) throw tooMany(store.bucket, prefix);
    yield objects;
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

function listPage(
  { client, bucket }: S3Store,
  page: {
    readonly prefix: string;
    readonly signal: AbortSignal;
    readonly token: string | undefined;
    readonly pageSize: number | undefined;
  },
): Promise<ListObjectsV2CommandOutput> {
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: page.prefix,
    // XML holds no control characters, keys do.
    EncodingType: 'url',
    ...(page.token === undefined ? {} : { ContinuationToken: page.token }),
    ...(page.pageSize === undefined ? {} : { MaxKeys: page.pageSize }),
  });
  return client.send(command, { abortSignal: page.signal });
}

type Content = NonNullable<ListObjectsV2CommandOutput['Contents']>[number];

function objectOf({ Key, Size, LastModified, ETag }: Content, isEncoded: boolean): S3Object[] {
  if (Key === undefined) return [];
  const key = isEncoded ? decodeURIComponent(Key.replaceAll('+', ' ')) : Key;
  return [{ key, sizeBytes: Size ?? 0, modifiedAtMs: LastModified?.getTime() ?? 0, tag: ETag }];
}

function tooMany(bucket: string, prefix: string): FailureError {
  const where = `s3://${bucket}/${prefix}`;
  const message = `More than ${limits.s3KeysPerListingMax} objects begin with ${where}`;
  const hint = 'Begin the path with more than wildcards, or register several datasets';
  return new FailureError(failure('SOURCE_LIMIT', message, { hint, where }));
}
