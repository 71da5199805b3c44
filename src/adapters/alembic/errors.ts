/** What alembic's failures mean. Its words are kept, without what they may hold of the database's address. */
import { AdapterError, type AdapterFault } from '../../errors.ts';
import type { ExecResult } from '../exec/port.ts';

const MOST_CHARACTERS = 600;

export const failure = (
  operation: string,
  fault: AdapterFault,
  message: string,
  options: { readonly retryable?: boolean; readonly cause?: unknown } = {},
): AdapterError =>
  new AdapterError(message, {
    system: 'alembic',
    operation,
    fault,
    retryable: options.retryable ?? false,
    cause: options.cause,
  });

interface Meaning {
  readonly when: RegExp;
  readonly fault: AdapterFault;
  readonly retryable: boolean;
  /** What comes before alembic's words, and the next step after them. */
  readonly says: string;
  readonly next: string;
}

/** The first that fits. A server's refusal also begins with “connection to server … failed”. */
const MEANINGS: readonly Meaning[] = [
  {
    when: /No config file |Path doesn't exist|No module named '?alembic'?$/,
    fault: 'not-found',
    retryable: false,
    says: 'alembic is not where the configuration says',
    next: 'Correct alembic.program and alembic.config in paksa.yaml, and let script_location begin with %(here)s.',
  },
  {
    when: /password authentication failed|no pg_hba\.conf entry|(?:database|role) "[^"]*" does not exist/,
    fault: 'refused',
    retryable: false,
    says: 'The database refuses alembic',
    next: 'Correct the address that its env.py uses.',
  },
  {
    when: /too many clients|remaining connection slots/,
    fault: 'refused',
    retryable: true,
    says: 'The database has no connection left for alembic',
    next: 'Free some, then try again.',
  },
  {
    when: /InsufficientPrivilege|permission denied for/,
    fault: 'forbidden',
    retryable: false,
    says: 'The database lets alembic’s role not do this',
    next: 'Grant it.',
  },
  {
    when: /connection to server .*failed|could not connect|could not translate host name|connection failed|Connect call failed|ConnectionRefusedError|gaierror|the database system is|server closed the connection|timeout expired|Can't create a connection/,
    fault: 'unreachable',
    retryable: true,
    says: 'alembic does not reach the database',
    next: 'Look at the database first.',
  },
];

/** Of a run that ended with another code than 0. */
export function failureOf(operation: string, result: ExecResult): AdapterError {
  const reason = reasonOf(result);
  const meaning = MEANINGS.find(({ when }) => when.test(reason));
  return meaning === undefined
    ? failure(
        operation,
        'failed',
        `alembic failed: ${reason.replace(/\.$/, '')}. Run the same where it runs (alembic current), and read its whole traceback.`,
      )
    : failure(operation, meaning.fault, `${meaning.says}: ${reason}. ${meaning.next}`, meaning);
}

/** Python's exception, alembic's `FAILED: …`, or the last that was said. */
function reasonOf({ stdout, stderr, exitCode }: ExecResult): string {
  const last = stderr.trim().split('\n').at(-1)?.trim() ?? '';
  const reason =
    exceptionIn(stderr) ??
    /^\s*FAILED: (.+)$/m.exec(stdout)?.[1] ??
    (last || `it ended with code ${exitCode} and no word`);
  return withoutSecrets(reason).slice(0, MOST_CHARACTERS);
}

/** The traceback's last line: PostgreSQL's further lines may hold rows (`DETAIL`, `[parameters: …]`). */
function exceptionIn(stderr: string): string | undefined {
  const trace = stderr.slice(stderr.lastIndexOf('Traceback (most recent call last):'));
  if (!trace.startsWith('Traceback')) return undefined;
  const exception = trace
    .split('\n')
    .slice(1)
    .find((line) => /^\S/.test(line));
  // A down_revision that is not there ends in a bare KeyError; the warning before it tells.
  const dangling = /UserWarning: (Revision .* is not present)$/m.exec(stderr)?.[1];
  if (exception === undefined || dangling !== undefined) return dangling;
  const [, file, line] = [...trace.matchAll(/^ {2}File "(.+)", line (\d+)/gm)].at(-1) ?? [];
  return exception.startsWith('SyntaxError') || exception.startsWith('IndentationError')
    ? `${exception} (${file}, line ${line})`
    : exception;
}

/** Addresses without user and password. In linear time: a scheme is entered at its start only, and has an end. */
export const withoutCredentials = (text: string): string =>
  text.replace(/(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s"'<>]{0,512}@/gi, '$1***@');

/** The same, and messages that quote parts of an address that could not be read, without those. */
const withoutSecrets = (text: string): string =>
  withoutCredentials(text)
    .replace(/(Could not parse .*URL)(?: from string)? .*/g, '$1: check sqlalchemy.url')
    .replace(/(Interpolation\w*Error: ).*/g, '$1a “%” in alembic.ini must be written “%%”')
    .replace(/(invalid literal for int\(\)[^:]*: ).*/g, '$1***')
    .replace(/(host name ")[^"]*@/g, '$1***@')
    .replace(/(password\s{0,3}[=:]\s{0,3})\S+/gi, '$1***');
