import type { ClusterName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { instant, MiB } from '../../base/units.ts';
import type { NodeReport, OwnLoad } from '../../core/membership/node.ts';
import { judgeLoad, type LoadState } from '../../core/membership/overload.ts';
import type { Kit } from '../kit.ts';

/** A look at a node's machine. Of the node's own use only where somebody measures it. */
export type NodeLoad = {
  /** 0–1 of all cores of the machine. */
  readonly cpu: number;
  /** By the node with its workers. */
  readonly memoryUsedMb: number;
  /** 0–1 of the machine's memory, or of the container's, that can not be had back. */
  readonly machineMemory?: number;
  /** 0–1 of the same cores, by the node with its workers. */
  readonly ownCpu?: number;
  /** Since the last look. */
  readonly readBytes?: number;
  readonly writtenBytes?: number;
  readonly loopDelayMs?: number;
};

/** What a node says of its load in a report. */
export type MeteredLoad = Pick<NodeReport, 'cpu' | 'memoryUsedMb' | 'own'>;

/** Looks at a node's load: for its report, and as metrics of its process. */
export class LoadMeter {
  readonly #kit: Kit;
  readonly #cluster: ClusterName;
  readonly #memoryMb: number;
  readonly #look: () => NodeLoad;
  #lookedAtMs: number;
  #last: MeteredLoad | undefined;
  #state: LoadState = { state: 'normal' };
  /** What the node takes when it runs nothing: the limit is that of its tasks. */
  #idleMb: number | undefined;

  /** `memoryMb` is what the node's tasks may use together. */
  constructor(kit: Kit, of: { cluster: ClusterName; memoryMb: number; look: (() => NodeLoad) | undefined }) {
    this.#kit = kit;
    this.#cluster = of.cluster;
    this.#memoryMb = of.memoryMb;
    this.#look = of.look ?? (() => ({ cpu: 0, memoryUsedMb: 0 }));
    this.#lookedAtMs = kit.clock.monotonicMs();
  }

  /** Whether the node had more than it could do at the last look. */
  isOverloaded(): boolean {
    return this.#state.state === 'overloaded';
  }

  /** The present load; the one of a moment ago where reports follow each other fast, for short spans say nothing. */
  look(tasks: { readonly running: number; readonly hung: number }): MeteredLoad {
    const nowMs = this.#kit.clock.monotonicMs();
    const spanMs = nowMs - this.#lookedAtMs;
    if (this.#last !== undefined && spanMs < limits.loadLookMs) return this.#last;
    const load = this.#look();
    this.#lookedAtMs = nowMs;
    const { cpu, memoryUsedMb, ownCpu } = load;
    const own = ownCpu === undefined ? undefined : ownLoad({ ...load, ownCpu }, spanMs / 1_000);
    this.#tell(load, tasks);
    this.#judge(load, tasks.running);
    this.#last = { cpu, memoryUsedMb, ...(own === undefined ? {} : { own }) };
    return this.#last;
  }

  #judge(load: NodeLoad, running: number): void {
    const { memoryUsedMb, machineMemory = 0, loopDelayMs = 0 } = load;
    if (running === 0) this.#idleMb = Math.min(this.#idleMb ?? memoryUsedMb, memoryUsedMb);
    const ownMemory = (memoryUsedMb - (this.#idleMb ?? 0)) / Math.max(1, this.#memoryMb);
    const at = instant(this.#kit.clock.monotonicMs());
    const before = this.#state;
    this.#state = judgeLoad(before, { at, ownMemory, machineMemory, loopDelayMs, running });
    if (this.#state.state === 'overloaded' && before.state !== 'overloaded') {
      const { cause } = this.#state;
      this.#kit.log.warn('a data node has more than it can do and takes nothing new', { cause, ...load });
    } else if (this.#state.state !== 'overloaded' && before.state === 'overloaded') {
      this.#kit.log.info('a data node takes work again');
    }
  }

  #tell(load: NodeLoad, tasks: { readonly running: number; readonly hung: number }): void {
    const { telemetry } = this.#kit;
    const cluster = this.#cluster;
    telemetry.gauge('assay_node_tasks', tasks.running, { cluster, state: 'running' });
    telemetry.gauge('assay_node_tasks', tasks.hung, { cluster, state: 'hung' });
    telemetry.gauge('assay_node_cpu_ratio', load.cpu, { cluster, of: 'machine' });
    telemetry.gauge('assay_node_memory_bytes', load.memoryUsedMb * MiB, { cluster });
    if (load.ownCpu === undefined) return;
    telemetry.gauge('assay_node_cpu_ratio', load.ownCpu, { cluster, of: 'node' });
    telemetry.gauge('assay_node_loop_delay_seconds', (load.loopDelayMs ?? 0) / 1_000, { cluster });
    telemetry.count('assay_node_io_bytes_total', { cluster, direction: 'read' }, load.readBytes ?? 0);
    telemetry.count('assay_node_io_bytes_total', { cluster, direction: 'written' }, load.writtenBytes ?? 0);
  }
}

function ownLoad(load: NodeLoad & { readonly ownCpu: number }, spanSeconds: number): OwnLoad {
  const perSecond = (bytes = 0) => (spanSeconds <= 0 ? 0 : Math.round(bytes / spanSeconds));
  return {
    cpu: load.ownCpu,
    readBytesPerSecond: perSecond(load.readBytes),
    writtenBytesPerSecond: perSecond(load.writtenBytes),
    loopDelayMs: Math.round(load.loopDelayMs ?? 0),
  };
}
