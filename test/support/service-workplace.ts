import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiCall, apiCaller, readContract } from './api-contract.ts';
import { type CliRun, runCommand } from './cli-run.ts';
import { type ServiceProcess, startService } from './service-process.ts';

/** A real service in a process of its own, a folder with what it watches, and the command line and API against it. */
export type ServiceWorkplace = {
  /** The folder that the commands run in. */
  readonly directory: string;
  readonly service: ServiceProcess;
  readonly call: ApiCall;
  assay(...args: readonly string[]): Promise<CliRun>;
  /** Ends the service and removes the folder. */
  close(): Promise<void>;
};

/** Makes a folder, lets `prepare` fill it, and starts a service beside it. */
export async function openServiceWorkplace(
  prepare: (directory: string) => Promise<void>,
): Promise<ServiceWorkplace> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-service-'));
  await prepare(directory);
  const service = await startService(join(directory, 'assay-data'));
  const call = apiCaller(service.url, await readContract(service.url));
  const assay = (...args: readonly string[]): Promise<CliRun> =>
    runCommand(args, {
      url: service.url,
      workingDirectory: directory,
      readFile: (path) => readFile(path, 'utf8'),
      writeFile: (path, text) => writeFile(path, text),
    });
  const close = async (): Promise<void> => {
    await service.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { directory, service, call, assay, close };
}
