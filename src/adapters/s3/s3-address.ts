/** A place in a store: a bucket, and a key, the start of keys, or a glob of keys in it. */
export type S3Address = { readonly bucket: string; readonly path: string };

/** The parts of `s3://bucket/path`; undefined when it is no such address. */
export function parseS3Address(text: string): S3Address | undefined {
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(text) ?? [];
  return bucket === undefined ? undefined : { bucket, path };
}

/** How people know an object. */
export function s3Name(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`;
}
