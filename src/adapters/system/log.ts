import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { failureOf } from '../../base/errors.ts';
import type { Log, LogFields } from '../../ports/log.ts';
import { cleanFields } from './log-fields.ts';

export type LogOptions = {
  readonly level: LogLevel;
  /** Fields of every event, such as the role and the instance. */
  readonly fields?: LogFields;
  /** Fields of what is being worked on where the event happens. */
  readonly context?: () => LogFields;
  /** Hears of each event of level error, whatever the level, with clean fields. It must not throw. */
  readonly onError?: (message: string, fields: LogFields) => void;
  /** Where lines go; by default to stderr, so that stdout stays free for results. */
  readonly stream?: DestinationStream;
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A log of JSON lines. Fields that look like secrets are masked; no value can make a call fail. */
export function createLog(options: LogOptions): Log {
  const logger = pino(
    {
      level: options.level,
      messageKey: 'message',
      base: cleanFields(options.fields ?? {}),
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.stream ?? stderr(),
  );
  return wrap(logger, options.fields ?? {}, options);
}

type Taps = Pick<LogOptions, 'context' | 'onError'>;

/** `own` are the fields that every line has already: JSON knows each name once. */
function wrap(logger: Logger, own: LogFields, taps: Taps): Log {
  const news = (fields: LogFields): LogFields =>
    Object.fromEntries(Object.entries(fields).filter(([name, value]) => own[name] !== value));
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields?: LogFields): void => {
      const isTold = level === 'error' && taps.onError !== undefined;
      if (!isTold && !logger.isLevelEnabled(level)) return;
      const all = (): LogFields => ({ ...taps.context?.(), ...fields });
      if (logger.isLevelEnabled(level))
        logger[level](
          readable(() => cleanFields(news(all()))),
          message,
        );
      if (isTold)
        taps.onError?.(
          message,
          readable(() => cleanFields(withFailures({ ...own, ...all() }))),
        );
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    with: (fields) => wrap(logger.child(cleanFields(news(fields))), { ...own, ...fields }, taps),
  };
}

/** Fields may be proxies or have getters, which may do anything. */
function readable(read: () => Record<string, unknown>): Record<string, unknown> {
  try {
    return read();
  } catch {
    return { fields: '[unreadable]' };
  }
}

/** Errors as failures, which have their code and causes apart. */
function withFailures(fields: LogFields): LogFields {
  const entries = Object.entries(fields);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value instanceof Error ? failureOf(value) : value]),
  );
}

/** Written synchronously: the last lines before an exit are those that matter most. */
function stderr(): DestinationStream {
  const stream = destination({ fd: 2, sync: true });
  // A full disk or a closed pipe behind stderr must not end the service; there is nowhere left to report it to.
  stream.on('error', () => {});
  return stream;
}
