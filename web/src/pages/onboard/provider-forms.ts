import type { ProviderType } from '../../../../src/core/datasets/provider-definition.ts';

/** One entry of a provider's definition, as people fill it in. */
export type ProviderField = {
  /** The key in YAML. */
  readonly name: string;
  readonly label: string;
  readonly placeholder?: string;
  readonly hint?: string;
  readonly isRequired?: true;
  /** Several lines. */
  readonly isLong?: true;
  /** Only these, or nothing. */
  readonly choices?: readonly string[];
};

export type ProviderForm = {
  readonly title: string;
  readonly about: string;
  readonly fields: readonly ProviderField[];
  /** Whether a path may be relative to a folder of the service's machine. */
  readonly hasFolder?: true;
};

const format: ProviderField = {
  name: 'format',
  label: 'Format',
  hint: 'By default it follows from the file names.',
  choices: ['csv', 'tsv', 'ndjson', 'json', 'parquet'],
};

const secretHint = 'A reference, never the secret itself: ${env:NAME} or ${file:NAME}.';

const relation: readonly ProviderField[] = [
  { name: 'table', label: 'Table or view', placeholder: 'sales.orders', hint: 'Or write a query below.' },
  { name: 'query', label: 'Query', placeholder: 'select * from …', isLong: true },
  {
    name: 'updated_column',
    label: 'Column that grows with each change',
    placeholder: 'updated_at',
    hint: 'Tells a partition that was written again from one that was not.',
  },
];

/** What to ask for each type of provider: a new one is one entry here. */
export const providerForms: Readonly<Record<ProviderType, ProviderForm>> = {
  files: {
    title: 'Local files',
    about: "Files and folders of the service's machine",
    hasFolder: true,
    fields: [
      {
        name: 'path',
        label: 'Path',
        placeholder: '/data/flights/*.parquet',
        hint: 'A file, a folder, or a pattern with *, **, ? and {a,b}.',
        isRequired: true,
      },
      format,
    ],
  },
  s3: {
    title: 'S3',
    about: 'Objects of a store that speaks S3',
    fields: [
      { name: 'path', label: 'Path', placeholder: 's3://bucket/flights/*.parquet', isRequired: true },
      { name: 'region', label: 'Region', placeholder: 'eu-central-1' },
      {
        name: 'endpoint',
        label: 'Endpoint',
        placeholder: 'https://minio.example.org:9000',
        hint: "Of a store that is not Amazon's.",
      },
      { name: 'access_key_id', label: 'Access key', placeholder: '${env:S3_KEY}', hint: secretHint },
      { name: 'secret_access_key', label: 'Secret key', placeholder: '${env:S3_SECRET}', hint: secretHint },
      format,
    ],
  },
  http: {
    title: 'HTTP',
    about: 'Files behind web addresses',
    fields: [
      {
        name: 'url',
        label: 'Address',
        placeholder: 'https://example.org/{yyyy}/{MM}/{dd}.csv.gz',
        hint: 'One address, or one for each hour, day, month or year.',
        isRequired: true,
      },
      format,
    ],
  },
  postgres: {
    title: 'PostgreSQL',
    about: 'A table, view or query',
    fields: [
      { name: 'url', label: 'Address', placeholder: '${env:WAREHOUSE}', hint: secretHint, isRequired: true },
      ...relation,
    ],
  },
  mysql: {
    title: 'MySQL',
    about: 'Or MariaDB: a table, view or query',
    fields: [
      { name: 'url', label: 'Address', placeholder: '${env:SHOP}', hint: secretHint, isRequired: true },
      ...relation,
    ],
  },
  sqlite: {
    title: 'SQLite',
    about: "A database file of the service's machine",
    hasFolder: true,
    fields: [{ name: 'path', label: 'Path', placeholder: '/data/shop.db', isRequired: true }, ...relation],
  },
};

export const providerTypes = Object.keys(providerForms) as readonly ProviderType[];
