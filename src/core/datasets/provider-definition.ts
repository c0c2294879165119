/** Where a dataset comes from. Each provider adds one member; `type` names it in YAML. */
export type ProviderDefinition =
  | FilesProviderDefinition
  | S3ProviderDefinition
  | HttpProviderDefinition
  | PostgresProviderDefinition
  | MysqlProviderDefinition
  | SqliteProviderDefinition;

/** The name of a provider, as it stands in YAML. */
export type ProviderType = ProviderDefinition['type'];

/** A provider whose rows stand in files, wherever these lie. */
export type FileProviderDefinition = Extract<ProviderDefinition, { readonly type: 'files' | 's3' | 'http' }>;

/** A provider whose rows stand in tables. */
export type TableProviderDefinition = Extract<
  ProviderDefinition,
  { readonly type: 'postgres' | 'mysql' | 'sqlite' }
>;

/** How the rows of files are read, wherever the files lie. */
export type FileReading = {
  /** By default it follows from the file name, before `.gz` or `.zst`. */
  readonly format?: FileFormat;
  readonly csv?: CsvOptions;
};

/** Local files and directories. */
export type FilesProviderDefinition = FileReading & {
  readonly type: 'files';
  /** A file, a directory, or a glob with `*`, `**`, `?`, `{a,b}`. Absolute after decoding. */
  readonly path: string;
};

/** Objects of an S3-compatible store. Without keys the machine's own credentials are used, at Amazon alone. */
export type S3ProviderDefinition = FileReading & {
  readonly type: 's3';
  /** `s3://bucket/prefix/`, or with a glob behind the bucket, as for local files. */
  readonly path: string;
  readonly region?: string;
  /** Of a store that is not Amazon's, such as `https://minio.example.org:9000`; its buckets are then parts of paths. */
  readonly endpoint?: string;
  readonly accessKeyId?: SecretReference;
  readonly secretAccessKey?: SecretReference;
  readonly sessionToken?: SecretReference;
};

/** Files behind addresses. */
export type HttpProviderDefinition = FileReading & {
  readonly type: 'http';
  /** One address, or one for each hour, day, month or year: `https://example.org/{yyyy}/{MM}/{dd}.csv.gz`. */
  readonly url: string;
  /** Headers of each request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, SecretReference>>;
};

/** What is read of a database: a table or view by name, or the rows of a query. */
export type RelationDefinition =
  | { readonly table: string; readonly query?: never }
  | { readonly query: string; readonly table?: never };

type DatabaseProviderDefinition = RelationDefinition & {
  /** The address with user, password and options: `postgresql://…`, `mysql://…`. */
  readonly url: SecretReference;
  /** A column that grows whenever a row is changed: what tells a restated partition of an unchanged one, beside its number of rows. */
  readonly updatedColumn?: string;
};

/** A table, view or query of a PostgreSQL server. */
export type PostgresProviderDefinition = DatabaseProviderDefinition & { readonly type: 'postgres' };

/** A table, view or query of a MySQL or MariaDB server. */
export type MysqlProviderDefinition = DatabaseProviderDefinition & { readonly type: 'mysql' };

/** A table, view or query of an SQLite file. */
export type SqliteProviderDefinition = RelationDefinition & {
  readonly type: 'sqlite';
  /** Absolute after decoding. */
  readonly path: string;
  readonly updatedColumn?: string;
};

export type FileFormat = 'csv' | 'tsv' | 'ndjson' | 'json' | 'parquet';

export type CsvOptions = {
  /** One character; by default sniffed. */
  readonly delimiter?: string;
  /** By default sniffed. */
  readonly header?: boolean;
  /** By default UTF-8, or UTF-16 when the file starts with its byte-order mark. */
  readonly encoding?: 'utf-8' | 'utf-16' | 'latin-1';
  /** Texts that are null. By default the empty, unquoted field. */
  readonly nullValues?: readonly string[];
};

/** A secret by reference: the environment variable or the key of the secrets file that holds it. */
export type SecretReference =
  | { readonly from: 'environment'; readonly name: string }
  | { readonly from: 'file'; readonly name: string };
