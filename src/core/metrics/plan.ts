/** What is to be measured beyond the metrics that every column of a type has. */
export type MeasurePlan = {
  /** Texts that count as missing beside null. */
  readonly missingValues: readonly string[];
  /** Columns named here are left out. */
  readonly ignoredColumns: readonly string[];
};

/** The plan of a dataset without wishes. */
export const defaultMeasurePlan: MeasurePlan = { missingValues: [], ignoredColumns: [] };
