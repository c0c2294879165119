import { failure } from '../base/errors.ts';
import { fail, type Outcome, succeed } from '../base/outcome.ts';
import { type RegistryConfig, readRegistryConfig } from './registry-config.ts';
import { databaseUrl, type Environment, type LogLevel, logLevel } from './settings.ts';

/** What an operator decides for the scheduler as an AWS Lambda function: environment variables alone. */
export type LambdaConfig = {
  /** It may hold a password: for no log and no message. */
  readonly databaseUrl: string;
  readonly registry: RegistryConfig;
  readonly secretsFile: string | undefined;
  readonly logLevel: LogLevel;
};

/** The configuration from the environment, checked: `REQUEST_INVALID` says what is wrong and what is right. */
export function readLambdaConfig(environment: Environment): Outcome<LambdaConfig> {
  const given = environment['ASSAY_DATABASE_URL'];
  if (given === undefined) {
    return fail(failure('REQUEST_INVALID', 'the database is not named', { hint: 'set ASSAY_DATABASE_URL' }));
  }
  const url = databaseUrl(given);
  if (!url.ok) return url;
  const registry = readRegistryConfig(environment);
  if (!registry.ok) return registry;
  const level = logLevel(environment['ASSAY_LOG_LEVEL']);
  if (!level.ok) return level;
  return succeed({
    databaseUrl: url.value,
    registry: registry.value,
    secretsFile: environment['ASSAY_SECRETS_FILE'],
    logLevel: level.value,
  });
}
