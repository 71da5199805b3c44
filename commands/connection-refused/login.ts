/** A login as the configuration has it, and what a refusal means: https://www.postgresql.org/docs/current/errcodes-appendix.html */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { databaseOf, placeOf } from '../parts/database.ts';
import { asked } from '../parts/fault.ts';
import { noDatabase } from '../parts/target.ts';
import { short, span } from '../parts/words.ts';
import { FULL, fullOf } from './full.ts';
import { RESTARTS } from './network.ts';

interface Refusal {
  readonly means: string;
  readonly next: string;
  readonly suggests?: readonly string[];
}

type Database = ReturnType<typeof databaseOf>;

const PERHAPS_DOWN: Refusal = {
  means: 'the port is open, but PostgreSQL does not answer the login',
  next: 'look at its log and its load',
  suggests: RESTARTS,
};

const REFUSALS: Readonly<Record<string, (database: Database, says: string) => Refusal>> = {
  '28P01': ({ user }) => ({
    means: `the password of “${user}” is wrong`,
    next: 'put the right one into the address, or set it anew with ALTER ROLE',
  }),
  '28000': ({ user, database }) => ({
    means: `“${user}” is not let in to “${database}”`,
    next: 'see whether the role exists and may log in, and whether pg_hba.conf admits it from here, with or without TLS',
  }),
  '3D000': ({ database }) => ({
    means: `there is no database “${database}”`,
    next: 'correct the address, or restore the database from a backup',
  }),
  '42501': ({ user, database }) => ({
    means: `“${user}” may not connect to “${database}”`,
    next: 'GRANT CONNECT ON DATABASE to it',
  }),
  // Nothing that ends sessions: whoever is not let in cannot see which do nothing.
  [FULL]: (database, says) => ({ ...fullOf(database, says), suggests: RESTARTS }),
  '53100': () => ({ means: 'its disk is full', next: 'free space outside its data directory' }),
  '53200': () => ({ means: 'it is out of memory', next: 'look at what uses the memory of its machine' }),
  '55000': ({ database }) => ({
    means: `“${database}” is closed to connections`,
    next: 'see who set ALLOW_CONNECTIONS false on it, and why',
  }),
  '57P01': () => ({
    means: 'it is being shut down',
    next: 'see who stopped it, and start it',
    suggests: RESTARTS,
  }),
  '57P02': () => ({
    means: 'it ended the session because another one crashed',
    next: 'wait for its recovery, and look at its log',
  }),
  '57P03': () => ({
    means: 'it is starting, stopping or recovering',
    next: 'wait; its log says how far it is. A restart begins the recovery anew',
  }),
  '08P01': () => ({
    means: 'what answers does not speak PostgreSQL as expected',
    next: 'see what really listens on that port: a pooler, a proxy, another service',
  }),
  EPROTO: () => ({
    means: 'it has no TLS, which sslmode asks for',
    next: 'switch TLS on there, or set sslmode=prefer',
  }),
  ECONNRESET: () => ({
    means: 'it closes the connection at once',
    next: 'see whether it is restarting, or a proxy stands in front of nothing',
    suggests: RESTARTS,
  }),
  EPIPE: () => PERHAPS_DOWN,
  ETIMEDOUT: () => PERHAPS_DOWN,
};

/** What a whole class of codes means, for those without an entry of their own. */
const CLASSES: Readonly<Record<string, Refusal>> = {
  '08': { means: 'the connection broke', next: 'look at its log' },
  '28': { means: 'the login is not valid', next: 'look at the role and at pg_hba.conf' },
  '53': { means: 'it lacks a resource', next: 'look at its disk, memory and connections' },
  '57': { means: 'somebody intervened', next: 'look at its log for who and why' },
  '58': { means: 'its files or its system fail it', next: 'look at its log and its disk' },
  XX: { means: 'it has an internal error', next: 'look at its log, and keep a copy of its data' },
};

const CERTIFICATE: Refusal = {
  means: 'its certificate is not accepted',
  next: 'check sslrootcert and sslmode in the address, and the certificate’s dates and names',
};

function refusalOf(code: string, database: Database, says: string): Refusal {
  const known = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  if (known) return known(database, says);
  if (/CERT|SIGNED|ISSUER|ALTNAME|^ERR_(SSL|TLS)/.test(code)) return CERTIFICATE;
  return CLASSES[code.slice(0, 2)] ?? { means: 'it refuses', next: 'see what it says' };
}

/** No server to log in to: these are the port's, told there. */
const NOBODY_THERE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

export const login = check(
  'Login to the database',
  async (context) => {
    const database = databaseOf(context);
    const outcome = await context.postgres.login(context.signal);
    if (outcome.ok)
      return healthy(`“${outcome.user}” is let in, in ${span(outcome.ms)}`, {
        version: outcome.version,
        database: database.database,
      });
    const { code, message } = outcome;
    const evidence = { code, says: short(message, 240) };
    if (NOBODY_THERE.has(code) || (code === 'ETIMEDOUT' && !(await isOpen(context))))
      return inconclusive(`nobody to log in to at ${placeOf(database)} (${code})`, evidence);
    const { means, next, suggests = [] } = refusalOf(code, database, message);
    return problem(`${means} (${code}): ${next}`, { evidence, suggests });
  },
  { skip: noDatabase, timeoutSeconds: 20 },
);

/** Whoever takes the connection and then says nothing is a server all the same. */
async function isOpen(context: CheckContext): Promise<boolean> {
  const { host, port } = databaseOf(context);
  return (await asked(context.network.connect(host, port, context.signal))).answered;
}
