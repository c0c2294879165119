import { type Outcome, succeed } from '../../base/outcome.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { type Regions, readChecks } from '../registry/read-definition.ts';
import { parseYaml } from '../registry/yaml-document.ts';

/** A policy's text, and the name of its file for messages. */
export type PolicyText = { readonly yaml: string; readonly file: string };

/**
 * A registered definition with the parts that a policy file says: any of `policy`, `checks`, `columns`, `segments`,
 * `missing_values` and `freshness_column`; the others stay. Of a whole dataset definition all of them are taken. Errors:
 * those of a checks file (`YAML_INVALID`, `CHECKS_INVALID`).
 */
export function withPolicy(
  registered: DatasetDefinition,
  { yaml, file }: PolicyText,
  regions?: Regions,
): Outcome<DatasetDefinition> {
  const checks = readChecks(yaml, { file, regions });
  if (!checks.ok) return checks;
  const document = parseYaml(yaml, file);
  if (!document.ok) return document;
  const said = new Set(saidKeys(document.value.value));
  const { policy, missingValues, freshnessColumn, columns, segments } = checks.value;
  const isWhole = said.has('dataset');
  const has = (key: string): boolean => isWhole || said.has(key);
  const { freshnessColumn: _, ...rest } = registered;
  const freshness = has('freshness_column') ? freshnessColumn : registered.freshnessColumn;
  return succeed({
    ...rest,
    ...(has('policy') ? { policy } : {}),
    ...(has('checks') ? { checks: checks.value.checks } : {}),
    ...(has('columns') ? { columns } : {}),
    // Columns may be segments as well.
    ...(has('segments') || segments.length > 0 ? { segments } : {}),
    ...(has('missing_values') ? { missingValues } : {}),
    ...(freshness === undefined ? {} : { freshnessColumn: freshness }),
  });
}

function saidKeys(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
