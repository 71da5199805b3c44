/** The log: JSON lines on standard error, every one through the redactor before pino sees it. */
import { format } from 'node:util';
import { type DestinationStream, destination, type Logger, type LoggerOptions, pino } from 'pino';
import type { Config } from './config.ts';
import { createRedactor } from './redact.ts';

export type Log = Logger;

export interface LogSettings {
  readonly level: Config['logLevel'];
  /** Configured values that must never be written. */
  readonly secrets: readonly string[];
}

/** `to` is for tests; without it lines go to standard error, so that the CLI's standard output stays its own. */
export function createLog(
  { level, secrets }: LogSettings,
  to: DestinationStream = destination({ dest: 2 }),
): Log {
  const { redact, redactDeep } = createRedactor(secrets);
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label) => ({ level: label }),
    },
    hooks: {
      // The message is put together before it is redacted: `password=%s` and its value are harmless apart.
      logMethod(args, write) {
        const [first, ...rest] = args;
        if (typeof first === 'string') return write.apply(this, [redact(format(first, ...rest))]);
        const [message, ...values] = rest;
        if (typeof message !== 'string') return write.apply(this, [redactDeep(first)]);
        return write.apply(this, [redactDeep(first), redact(format(message, ...values))]);
      },
    },
  };
  const log = pino(options, to);
  // Pino's own formatter of bindings is not asked about a child's; children inherit this method from the root.
  const { child } = log;
  log.child = function (bindings, childOptions) {
    return Reflect.apply(child, this, [redactDeep(bindings), childOptions]);
  };
  return log;
}

/** The first, and then one for as long as that: `more` says how many there were in between. */
export function sparingly<Said>(
  everyMs: number,
  write: (said: Said, more: number) => void,
): (said: Said) => void {
  let last = Number.NEGATIVE_INFINITY;
  let more = 0;
  return (said) => {
    if (performance.now() - last < everyMs) {
      more += 1;
      return;
    }
    write(said, more);
    last = performance.now();
    more = 0;
  };
}
