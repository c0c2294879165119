import { type Command, Option } from 'commander';
import { FailureError, failure } from '../../base/errors.ts';
import type { ClusterName } from '../../base/ids.ts';
import { second } from '../../base/units.ts';
import type { ClusterStateView, NodeView } from '../../services/cluster/cluster-views.ts';
import { type CommandSet, type ExitCode, type Session, valueOf, writeJson } from '../command-set.ts';
import { whileInterruptible } from '../interruptible.ts';
import { formatNumber } from '../render/figures.ts';
import { ProgressLine } from '../render/progress.ts';
import { clusterText } from '../views/nodes-text.ts';

/** Between two looks of `--watch` and `--wait`. */
const lookMs = second;

/** Cursor to the first column of the first line, and everything from there on away. */
const clearScreen = '\u001b[H\u001b[J';

type ClusterOption = { readonly cluster?: ClusterName };

/** `nodes` and `drain`. */
export function addClusterCommands(program: Command, commands: CommandSet): void {
  commands
    .service(program, 'nodes', 'show the data nodes of both clusters, by region and zone')
    .addOption(clusterOption())
    .option('--watch', 'look again every second until Ctrl-C')
    .addHelpText(
      'after',
      `
cpu and memory are those of the node with its workers, of all cores and of the memory that it was given; machine is the
whole machine's processor.

Examples:
  assay nodes --watch
  assay nodes --cluster quality --json`,
    )
    .action(commands.run(showNodes));

  commands
    .service(program, 'drain <node>', 'give a node no new task; what it runs ends in peace')
    .addOption(clusterOption())
    .option('--wait', 'until it has nothing to do any more')
    .option('--undo', 'let it work again')
    .addHelpText(
      'after',
      `
A node is named by its id, or by the name that it was started with, if only one is called so. The mark goes with the node:
started again, it works again. Nothing is lost without a drain either: SIGTERM drains a node by itself.

Examples:
  assay drain node-quality-a1 --wait
  assay drain node-quality-a1 --undo
Exit code: 0 when the mark is set (with --wait: when the node is empty or gone), 3 when there is no such node.`,
    )
    .action(commands.run(drainNode));
}

function clusterOption(): Option {
  return new Option('--cluster <cluster>', 'only this cluster').choices(['ingestion', 'quality']);
}

async function showNodes(session: Session, options: ClusterOption & { watch?: boolean }): Promise<ExitCode> {
  if (options.watch === true) {
    return whileInterruptible(session.dependencies, (signal) => watchNodes(session, options, signal));
  }
  const clusters = await look(session, options);
  if (session.json) writeJson(session.io, { clusters });
  else session.io.out(clustersText(session, clusters));
  return 0;
}

async function watchNodes(session: Session, options: ClusterOption, signal: AbortSignal): Promise<ExitCode> {
  const { io, dependencies } = session;
  while (!signal.aborted) {
    const clusters = await look(session, options);
    if (session.json) io.out(`${JSON.stringify({ clusters })}\n`);
    else if (io.isTty) io.err(`${clearScreen}${clustersText(session, clusters)}`);
    else io.out(`${clustersText(session, clusters)}\n`);
    await dependencies.clock.sleep(lookMs, signal);
  }
  return 0;
}

async function look(session: Session, { cluster }: ClusterOption): Promise<readonly ClusterStateView[]> {
  const { clusters } = valueOf(await session.client.clusters());
  return clusters.filter((each) => cluster === undefined || each.cluster === cluster);
}

function clustersText({ io, dependencies }: Session, clusters: readonly ClusterStateView[]): string {
  const nowMs = dependencies.clock.now();
  return clusters.map((cluster) => clusterText(cluster, io, nowMs)).join('\n');
}

async function drainNode(
  session: Session,
  name: string,
  options: ClusterOption & { wait?: boolean; undo?: boolean },
): Promise<ExitCode> {
  const { io, client } = session;
  const { cluster, node } = findNode(await look(session, options), name);
  const drain = options.undo !== true;
  const view = valueOf(await client.setDrain(cluster, node.id, drain));
  if (drain && options.wait === true) {
    return whileInterruptible(session.dependencies, (signal) =>
      waitUntilEmpty(session, { cluster, node: view, signal }),
    );
  }
  if (session.json) writeJson(io, view);
  else io.out(`${view.id}: ${drain ? `gets no new task, ${tasksText(view.tasks.length)}` : 'works again'}\n`);
  return 0;
}

async function waitUntilEmpty(
  session: Session,
  wait: { cluster: ClusterName; node: NodeView; signal: AbortSignal },
): Promise<ExitCode> {
  const { io, client, dependencies } = session;
  const { cluster, node, signal } = wait;
  const line = new ProgressLine(io, dependencies.clock);
  const all = node.tasks.length;
  try {
    while (!signal.aborted) {
      const { nodes } = valueOf(await client.nodes(cluster));
      const now = nodes.find(({ id }) => id === node.id);
      const left = now?.tasks.length ?? 0;
      if (left === 0) {
        line.clear();
        if (session.json) writeJson(io, now ?? { ...node, tasks: [], state: 'gone' });
        else
          io.out(
            `${node.id}: ${now === undefined ? 'has left the cluster' : 'has nothing to do any more'}\n`,
          );
        return 0;
      }
      line.update({
        label: `${node.id}: draining`,
        done: Math.max(0, all - left),
        total: all,
        note: tasksText(left),
      });
      await dependencies.clock.sleep(lookMs / 2, signal);
    }
  } finally {
    line.clear();
  }
  io.err(`${node.id} stays drained; \`assay drain ${node.id} --undo\` lets it work again\n`);
  return 130;
}

function tasksText(tasks: number): string {
  if (tasks === 0) return 'and has nothing to do';
  return tasks === 1 ? '1 task is still there' : `${formatNumber(tasks)} tasks are still there`;
}

/** The node of this id, or the only one whose id begins with this name, in whichever cluster it is. */
function findNode(
  clusters: readonly ClusterStateView[],
  name: string,
): { readonly cluster: ClusterName; readonly node: NodeView } {
  const all = clusters.flatMap(({ cluster, nodes }) => nodes.map((node) => ({ cluster, node })));
  const exact = all.filter(({ node }) => node.id === name);
  const found = exact.length > 0 ? exact : all.filter(({ node }) => node.id.startsWith(`${name}-`));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const message =
    found.length === 0 ? `there is no node ${name}` : `${found.length} nodes are called ${name}`;
  throw new FailureError(
    failure('NODE_NOT_FOUND', message, { hint: 'see `assay nodes`; give the whole id, or --cluster' }),
  );
}
