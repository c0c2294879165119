import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from './adapters/system/clock.ts';
import { readKeyFile } from './adapters/system/key-file.ts';
import { FailureError, failureOf } from './base/errors.ts';
import { limits } from './base/limits.ts';
import { operatorKeyName } from './base/operator-key.ts';
import { Client } from './cli/client.ts';
import { tellFailure } from './cli/command-set.ts';
import type { CliDependencies, DemoOptions, RoleOptions, UpOptions } from './cli/dependencies.ts';
import { type CliIo, terminalIo } from './cli/io.ts';
import { runCli } from './cli/program.ts';
import { setupWords } from './compose/access.ts';
import { createChecking } from './compose/checking.ts';
import { createDrillDependencies } from './compose/drills.ts';
import { createKit } from './compose/kit.ts';
import { openLocalCluster } from './compose/local-cluster.ts';
import { type Standalone, startStandalone } from './compose/standalone.ts';
import { createRole } from './compose/start-role.ts';
import { version } from './compose/version.ts';
import { type RoleConfig, readRoleConfig } from './config/role-config.ts';
import { type Config, readConfig } from './config/standalone-config.ts';
import { Demo } from './demo/demo.ts';
import { Narrator } from './demo/narrator.ts';
import { within } from './services/cluster/within.ts';

/** Ends the sessions of the role that runs here, if one does. */
let abandon: ((error: unknown) => Promise<unknown>) | undefined;

const io = terminalIo({ stdout: process.stdout, stderr: process.stderr, env: process.env });

// Something that nobody foresaw leaves no half-alive process behind: whoever supervises it starts it afresh.
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);

process.exitCode = await runCli(dependencies(), process.argv.slice(2));

function dependencies(): CliDependencies {
  return {
    io,
    clock: systemClock,
    version,
    environment: process.env,
    workingDirectory: process.cwd(),
    readFile: (path) => readFile(path, 'utf8'),
    writeFile: (path, text) => writeFile(path, text),
    readKey: readKeyFile,
    onInterrupt,
    up,
    role,
    demo,
    startCluster: openLocalCluster,
    startChecking,
    drills: createDrillDependencies(),
  };
}

/** Runs the service until Ctrl-C or SIGTERM. */
async function up(options: UpOptions): Promise<number> {
  const config = configOf(options);
  const service = await started(config);
  io.out(`Assay ${version} runs at ${service.url}; data in ${config.dataDirectory}. Ctrl-C stops it.\n`);
  if (service.setupUrl !== undefined) io.out(setupWords(service.setupUrl));
  return untilStopped(service);
}

/** Runs one role of a cluster until SIGTERM or Ctrl-C; also while it still waits for what it needs. */
async function role(options: RoleOptions): Promise<number> {
  const config = readRoleConfig(options, process.env);
  if (!config.ok) throw new FailureError(config.error);
  const { running, alerts } = createRole(config.value);
  abandon = (error) =>
    Promise.all([within(systemClock, running.abandon(), limits.crashGraceMs), alerts.alarm(error)]);
  void running.broken.then(crash);
  const told = toldToStop();
  await running.listen();
  try {
    const isReady = await Promise.race([running.begin().then(() => true), told.then(() => false)]);
    if (isReady) io.out(`${greeting(config.value)} runs at ${running.url()}; SIGTERM or Ctrl-C stops it.\n`);
    const setupUrl = isReady ? running.setupUrl() : undefined;
    if (setupUrl !== undefined) io.out(setupWords(setupUrl));
    await told;
  } finally {
    await running.stop();
  }
  // What it still waited for when it was told to stop would keep the process.
  process.exit(0);
}

function greeting(config: RoleConfig): string {
  const cluster = 'cluster' in config ? ` ${config.cluster}` : '';
  return `Assay ${version} ${config.role}${cluster}`;
}

/** Runs the demonstration in a directory of its own, which goes with it. */
async function demo(options: DemoOptions): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-demo-'));
  try {
    const config = configOf({ port: '0', logLevel: 'error', ...options, data: join(directory, 'data') });
    // What it shows belongs into nobody's database, and nobody is called for it.
    const operators = { addresses: [], mailFrom: undefined };
    const service = await started({ ...config, databaseUrl: undefined, operators });
    const key = await readKeyFile(join(config.dataDirectory, operatorKeyName));
    if (!key.ok) throw new FailureError(key.error);
    const client = new Client({ url: service.url, clock: systemClock, apiKey: key.value });
    const narrator = new Narrator(io, systemClock, { quiet: options.json });
    const interrupted = new AbortController();
    const release = onInterrupt(() => interrupted.abort());
    try {
      narrator.started(service.url);
      const report = await new Demo({ client, clock: systemClock, narrator, directory }).run(
        interrupted.signal,
      );
      narrator.ended(report);
      if (options.json) io.out(`${JSON.stringify(report)}\n`);
      release();
      if (!options.once) {
        narrator.staysUp(service.url, config.dataDirectory);
        if (service.setupUrl !== undefined) io.out(`\n${setupWords(service.setupUrl)}`);
        await untilStopped(service);
      }
      return report.ok ? 0 : 1;
    } catch (error) {
      if (interrupted.signal.aborted) return 130;
      throw error;
    } finally {
      release();
      await service.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Workers and provider for commands that need no service. */
async function startChecking() {
  const scratchDirectory = await mkdtemp(join(tmpdir(), 'assay-check-'));
  const kit = createKit({ logLevel: 'error' });
  const { workers } = configOf({});
  const { engine, provider, holidays, stage } = createChecking(kit, { workers, scratchDirectory });
  return {
    engine,
    provider,
    holidays,
    stage,
    clock: systemClock,
    parallelism: workers,
    [Symbol.asyncDispose]: async () => {
      await engine.close();
      await rm(scratchDirectory, { recursive: true, force: true });
    },
  };
}

function configOf(options: UpOptions): Config {
  const config = readConfig(options, process.env);
  if (!config.ok) throw new FailureError(config.error);
  return config.value;
}

async function started(config: Config): Promise<Standalone> {
  const service = await startStandalone(config);
  if (!service.ok) throw new FailureError(service.error);
  const { alerts, broken } = service.value;
  abandon = (error) => alerts.alarm(error);
  void broken.then(crash);
  return service.value;
}

async function untilStopped(service: Standalone): Promise<number> {
  await toldToStop();
  await service.stop();
  return 0;
}

/** Resolves at Ctrl-C or SIGTERM. A second one means now: nothing is lost by it. */
async function toldToStop(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}

function onInterrupt(listener: () => void): () => void {
  process.once('SIGINT', listener);
  process.once('SIGTERM', listener);
  return () => {
    process.off('SIGINT', listener);
    process.off('SIGTERM', listener);
  };
}

/**
 * Ends the process at once; only its sessions are ended first, so that its work goes to others without a wait, and
 * operators are told.
 */
function crash(error: unknown): void {
  const end = abandon;
  abandon = undefined;
  tellCrash(io, error);
  if (end === undefined) process.exit(70);
  void end(error).finally(() => process.exit(70));
}

function tellCrash(out: CliIo, error: unknown): void {
  tellFailure(out, failureOf(error));
  if (error instanceof Error && error.stack !== undefined) out.err(`${error.stack}\n`);
}
