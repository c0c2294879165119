import { isAbsolute } from 'node:path';
import { parseS3Address } from '../adapters/s3/s3-address.ts';
import { type Outcome, succeed } from '../base/outcome.ts';
import { type Environment, invalid } from './settings.ts';

/** Where the batches of revisions are kept, for all nodes of an installation alike. */
export type BatchPlace =
  | { readonly kind: 'postgres' }
  | { readonly kind: 'directory'; readonly directory: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** Empty, or ends in a slash. */
      readonly prefix: string;
      readonly region: string | undefined;
      /** Of a store that is not Amazon's. */
      readonly endpoint: string | undefined;
    };

/** The place that is named by `--batches` or `ASSAY_BATCHES`. */
export function readBatchPlace(given: string, environment: Environment): Outcome<BatchPlace> {
  if (given === 'postgres') return succeed({ kind: 'postgres' });
  const directory = /^directory:(.+)$/.exec(given)?.[1];
  // A relative one would be another one for each process.
  if (directory !== undefined && isAbsolute(directory)) return succeed({ kind: 'directory', directory });
  const address = parseS3Address(given);
  if (address === undefined || !bucketName.test(address.bucket) || !plainPath.test(address.path)) {
    return invalid(
      'place of batches',
      '`postgres`, `s3://bucket/prefix`, or `directory:` and an absolute path that all nodes share',
    );
  }
  const endpoint = environment['ASSAY_BATCHES_ENDPOINT'];
  if (endpoint !== undefined && !plainAddress.test(endpoint)) {
    return invalid('endpoint of batches', 'an address without user, such as https://minio.example.org:9000');
  }
  const { bucket, path } = address;
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
  return succeed({ kind: 's3', bucket, prefix, region: environment['ASSAY_BATCHES_REGION'], endpoint });
}

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Characters that no store, log or rule of access has trouble with. */
const plainPath = /^(?:[A-Za-z0-9._=-]+\/)*[A-Za-z0-9._=-]*$/;
const plainAddress = /^https?:\/\/[^/?#@\s]+\/?$/;
