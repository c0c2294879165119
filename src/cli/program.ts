import { Command, CommanderError } from 'commander';
import { CommandSet } from './command-set.ts';
import { addAccessCommands } from './commands/access-commands.ts';
import { addBackfillCommands } from './commands/backfill-commands.ts';
import { checkCommand } from './commands/check.ts';
import { addClusterCommands } from './commands/cluster-commands.ts';
import { addDrillCommands } from './commands/drill-commands.ts';
import { addExplainCommand } from './commands/explain-command.ts';
import { addIncidentCommands } from './commands/incident-commands.ts';
import { addJobCommands } from './commands/job-commands.ts';
import { addRegistryCommands } from './commands/registry-commands.ts';
import { addReplayCommand } from './commands/replay-command.ts';
import { addResultsCommand } from './commands/result-commands.ts';
import { addRoleCommands } from './commands/role-commands.ts';
import { addScanCommand } from './commands/scan-commands.ts';
import { addScheduleCommand } from './commands/schedule-command.ts';
import { addServiceCommands } from './commands/service-commands.ts';
import { addSuggestCommand } from './commands/suggest-command.ts';
import { addWindowCommand } from './commands/window-command.ts';
import type { CliDependencies } from './dependencies.ts';

/**
 * Runs a command line (without the program's own name) and returns the exit code: 0 pass, 1 fail, 2 warn, 3 error, 130
 * interrupted. Throws only what nobody foresaw.
 */
export async function runCli(dependencies: CliDependencies, args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(dependencies, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are asked for; everything else that the parser says is a wrong command line.
    return error.exitCode === 0 ? 0 : 3;
  }
}

/** The command line of Assay. `exit` gets the code of the command that ran. */
function buildProgram(dependencies: CliDependencies, exit: (code: number) => void): Command {
  const { io, version } = dependencies;
  const program = new Command('assay')
    .description('Watches datasets: learns from past partitions what is normal, and checks every new one.')
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
    })
    .showHelpAfterError('(add --help to see how it is used)')
    .addHelpText(
      'after',
      `
First steps:
  assay demo                      see it work, in a minute
  assay check data.csv            profile a file, without a service
  assay up                        run the service
  assay apply -f flights.yaml     register a dataset
  assay backfill flights          learn from its past
  assay suggest flights           checks that its past speaks for
  assay replay flights            which past days would have alerted
  assay scan flights --wait       check what is new
  assay results flights           see the verdicts
  assay explain flights 2001-03-04 delay.avg

Exit codes: 0 pass, 1 fail, 2 warn, 3 error.`,
    )
    .configureHelp({ subcommandTerm });
  const commands = new CommandSet(dependencies, exit);
  program.commandsGroup('On its own:');
  program.addCommand(checkCommand({ ...dependencies, exit }));
  program.commandsGroup('The service:');
  addServiceCommands(program, commands);
  program.commandsGroup('Roles of a cluster of processes:');
  addRoleCommands(program, commands);
  program.commandsGroup('Proofs:');
  addDrillCommands(program, commands);
  program.commandsGroup('Talking to a running service:');
  addRegistryCommands(program, commands);
  addBackfillCommands(program, commands);
  addScanCommand(program, commands);
  addScheduleCommand(program, commands);
  addResultsCommand(program, commands);
  addExplainCommand(program, commands);
  addWindowCommand(program, commands);
  addReplayCommand(program, commands);
  addSuggestCommand(program, commands);
  addIncidentCommands(program, commands);
  addJobCommands(program, commands);
  addClusterCommands(program, commands);
  addAccessCommands(program, commands);
  return program;
}

/** A command in a list, with its arguments and without the options that all have. */
function subcommandTerm(command: Command): string {
  const names = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...names].join(' ');
}
