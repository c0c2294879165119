import type { LocalProcess } from '../../ports/local-cluster.ts';
import { leaderNow, type RecoveryParts } from './recovery-parts.ts';

/** Processor time that the processes of one kind used, ms. */
export type ProcessorUse = { readonly who: string; readonly processes: number; readonly cpuMs: number };

type Parts = RecoveryParts & { readonly cpuMsOf: (pid: number) => number | undefined };

/** What each kind of process computes while something is measured: it shows where the time goes. */
export class ProcessorWatch {
  readonly #parts: Parts;
  readonly #before = new Map<number, number>();
  #leader: string | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async begin(): Promise<void> {
    this.#leader = await leaderNow(this.#parts);
    for (const { pid } of this.#parts.cluster.processes()) {
      const cpuMs = this.#parts.cpuMsOf(pid);
      if (cpuMs !== undefined) this.#before.set(pid, cpuMs);
    }
  }

  end(): readonly ProcessorUse[] {
    const uses = new Map<string, ProcessorUse>();
    for (const process of this.#parts.cluster.processes()) {
      const [before, now] = [this.#before.get(process.pid), this.#parts.cpuMsOf(process.pid)];
      if (before === undefined || now === undefined) continue;
      const who = this.#kindOf(process);
      const sum = uses.get(who) ?? { who, processes: 0, cpuMs: 0 };
      uses.set(who, { who, processes: sum.processes + 1, cpuMs: sum.cpuMs + Math.max(0, now - before) });
    }
    return [...uses.values()].toSorted((a, b) => b.cpuMs - a.cpuMs);
  }

  #kindOf({ name, role, cluster }: LocalProcess): string {
    if (name === this.#leader) return 'leader';
    if (role === 'node') return `${cluster ?? ''} nodes`.trim();
    return role === 'manager' ? 'other managers' : role;
  }
}
