import { type Outcome, succeed } from '../base/outcome.ts';
import { type Environment, invalid } from './settings.ts';

/** Where the definitions and schedules of datasets are kept: in the database, or in a table of DynamoDB. */
export type RegistryConfig =
  | { readonly kind: 'postgres' }
  | {
      readonly kind: 'dynamodb';
      readonly table: string;
      readonly region: string;
      readonly endpoint: string | undefined;
    };

/** `ASSAY_REGISTRY`, checked: `postgres` (the default) or `dynamodb://TABLE?region=REGION`. */
export function readRegistryConfig(environment: Environment): Outcome<RegistryConfig> {
  const given = environment['ASSAY_REGISTRY'];
  if (given === undefined || given === '' || given === 'postgres') return succeed({ kind: 'postgres' });
  const url = URL.parse(given);
  const region = url?.searchParams.get('region') ?? environment['AWS_REGION'];
  const endpoint = url?.searchParams.get('endpoint') ?? undefined;
  const table = url?.hostname ?? '';
  const isRight =
    url?.protocol === 'dynamodb:' &&
    /^[A-Za-z0-9_.-]{3,255}$/.test(table) &&
    ['', '/'].includes(url.pathname) &&
    url.username === '' &&
    (endpoint === undefined || URL.canParse(endpoint));
  if (!isRight)
    return invalid('registry', '`postgres`, or `dynamodb://TABLE?region=REGION`', 'see ASSAY_REGISTRY');
  if (region === undefined || region === '') {
    return invalid(
      'registry',
      'given with its region',
      'dynamodb://TABLE?region=eu-central-1, or AWS_REGION',
    );
  }
  return succeed({ kind: 'dynamodb', table, region, endpoint });
}
