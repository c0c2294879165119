import { formatBytes, formatDuration } from '../../base/units.ts';
import type { ClusterStateView, NodeView } from '../../services/cluster/cluster-views.ts';
import type { CliIo } from '../io.ts';
import { bar, formatNumber } from '../render/figures.ts';
import { type Style, styled } from '../render/style.ts';
import { type Cell, renderTable, type TableColumn } from '../render/table.ts';

const barWidth = 6;

const columns: readonly TableColumn[] = [
  { title: 'region', optional: 2 },
  { title: 'zone' },
  { title: 'node', minWidth: 18 },
  { title: 'state', minWidth: 8 },
  { title: 'slots', align: 'right' },
  { title: 'cpu', align: 'right' },
  { title: 'machine', align: 'right', optional: 4 },
  { title: 'memory', align: 'right' },
  { title: 'disk', align: 'right', optional: 5 },
  { title: 'waiting', align: 'right', optional: 3 },
  { title: 'version', optional: 1 },
  { title: 'up', align: 'right', optional: 3 },
];

/** A cluster for people: who leads, what there is to do, and its nodes by region and zone. `nowMs`: since 1970. */
export function clusterText(
  view: ClusterStateView,
  io: Pick<CliIo, 'columns' | 'color'>,
  nowMs: number,
): string {
  const title = `${styled(view.cluster, 'strong', io.color)}  ${headline(view)}\n`;
  if (view.nodes.length === 0) return `${title}  no data nodes\n`;
  const rows = view.nodes.map((node, at) => nodeCells(node, { before: view.nodes[at - 1], nowMs }));
  return `${title}${renderTable({ columns, rows }, { width: io.columns, color: io.color })}`;
}

function headline(view: ClusterStateView): string {
  const { leader, tasks, session } = view;
  const parts = [
    ...(session === 'connected' ? [] : [sessionText(view)]),
    leader === undefined ? 'no leader' : `leader ${leader.id} ${leader.version}`,
    ...(view.jobsOpen === undefined ? [] : [`${formatNumber(view.jobsOpen)} jobs open`]),
    `${formatNumber(view.jobsAdmitted)} admitted`,
    `tasks: ${formatNumber(tasks.assigned)} given away, ${formatNumber(tasks.waiting)} waiting`,
    `slots: ${formatNumber(view.slotsBusy)} of ${formatNumber(view.slots)} busy`,
  ];
  return parts.join('; ');
}

function sessionText({ session, seenAt }: ClusterStateView): string {
  const state = session === 'none' ? 'no session' : `session ${session}`;
  return seenAt === undefined
    ? `${state}, nothing seen yet`
    : `${state}, as seen ${new Date(seenAt).toISOString()}`;
}

const stateStyles = {
  open: 'good',
  draining: 'warning',
  stopping: 'warning',
  full: 'bad',
  silent: 'muted',
} as const satisfies Record<NodeView['state'], Style>;

function nodeCells(node: NodeView, at: { before: NodeView | undefined; nowMs: number }): Cell[] {
  const sameRegion = at.before?.region === node.region;
  const sameZone = sameRegion && at.before?.zone === node.zone;
  const { own } = node;
  const waiting = node.tasks.filter((task) => task.state === 'waiting').length;
  const disk = own === undefined ? undefined : own.readBytesPerSecond + own.writtenBytesPerSecond;
  return [
    sameRegion ? '' : node.region,
    sameZone ? '' : node.zone,
    nameOf(node.id),
    { text: node.state, style: stateStyles[node.state] },
    `${bar(node.slotsBusy / Math.max(1, node.slots), barWidth)} ${node.slotsBusy}/${node.slots}`,
    shareText(own?.cpu ?? node.cpu),
    percent(node.cpu),
    `${bar(node.memoryUsedMb / Math.max(1, node.memoryMb), barWidth)} ${formatNumber(node.memoryUsedMb)} MB`,
    disk === undefined ? '' : `${formatBytes(disk)}/s`,
    waiting === 0 ? '' : formatNumber(waiting),
    node.version,
    formatDuration(Math.max(0, at.nowMs - node.startedAt)),
  ];
}

/** Without the random end that tells the lives of a process apart: `node-quality-a1`. */
function nameOf(id: string): string {
  return id.replace(/-[0-9a-z]{26}$/, '');
}

function shareText(share: number): string {
  return `${bar(share, barWidth)} ${percent(share)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`.padStart(5);
}
