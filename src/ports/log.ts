/** A structured log: constant messages, data in fields, one event per decision at the place that decides. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log that adds `fields` to each of its events. */
  with(fields: LogFields): Log;
}

export type LogFields = Readonly<Record<string, unknown>>;
