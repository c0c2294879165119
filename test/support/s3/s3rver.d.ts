declare module 's3rver' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export default class S3rver {
    constructor(options: {
      readonly silent: boolean;
      readonly directory: string;
      readonly vhostBuckets: boolean;
      readonly configureBuckets: readonly { readonly name: string }[];
    });
    readonly store: {
      listObjects(
        bucket: string,
        options: { readonly prefix: string; readonly startAfter: string; readonly maxKeys: number },
      ): Promise<{
        readonly objects: readonly {
          readonly key: string;
          readonly size: number;
          readonly lastModifiedDate: Date;
          readonly metadata: { readonly etag: string };
        }[];
        readonly isTruncated: boolean;
      }>;
      getMetadata(bucket: string, key: string): Promise<Readonly<Record<string, unknown>>>;
      getResourcePath(bucket: string, key: string, resource: 'object'): string;
    };
    /** Makes the buckets. */
    configureBuckets(): Promise<void>;
    /** Handles requests of any server. */
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
  }
}
