import { failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { type KeptDrill, keptDrill } from '../../core/drills/kept-drill.ts';
import type { DrillLine, DrillReports } from '../../ports/drill-reports.ts';

/** Reports of drills, as people look them up. */
export class DrillArchive {
  readonly #reports: DrillReports;

  constructor(reports: DrillReports) {
    this.#reports = reports;
  }

  /** Keeps a report as `assay drill … --json` writes it; the same one twice is kept once. `REQUEST_INVALID` for other JSON. */
  async add(report: unknown): Promise<Outcome<{ readonly id: string }>> {
    const kept = keptDrill(report);
    if (kept === undefined) {
      return fail(
        failure('REQUEST_INVALID', 'this is no report of a drill', {
          where: 'body/report',
          hint: 'send what `assay drill … --json FILE` wrote: `assay drill send FILE`',
        }),
      );
    }
    const id = `${kept.drill}-${kept.startedAt}`;
    await this.#reports.add({ ...kept, id }, limits.drillReportsKept);
    return succeed({ id });
  }

  /** Newest first. */
  list(): Promise<readonly DrillLine[]> {
    return this.#reports.list();
  }

  /** `DRILL_REPORT_NOT_FOUND`. */
  async get(id: string): Promise<Outcome<KeptDrill & { readonly id: string }>> {
    const report = await this.#reports.get(id);
    if (report !== undefined) return succeed({ id, ...report });
    const hint = 'see `GET /api/v1/drill-reports`';
    return fail(failure('DRILL_REPORT_NOT_FOUND', `there is no report of a drill ${id}`, { hint }));
  }
}
