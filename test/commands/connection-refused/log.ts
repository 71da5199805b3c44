/** What PostgreSQL’s own log comes to. */
import { expect } from 'vitest';
import type { LogLine, Replica } from '../../../src/adapters/runtime/port.ts';
import type { Given } from '../context.ts';
import { replica, stopped } from '../emergencies/samples.ts';
import type { Findings } from '../findings.ts';
import { faulty, healthy, inconclusive, minutesAgo, problem, warning } from '../topic.ts';
import { standing } from './given.ts';

const line = (text: string, minutes = 1): LogLine => ({
  replica: 'postgres-1',
  at: minutesAgo(minutes),
  text,
});
const log = (lines: readonly LogLine[], truncated = false): Given => ({
  docker: {
    logs: async () => ({ lines: lines.toSorted((a, b) => a.at.getTime() - b.at.getTime()), truncated }),
    replicas: async () => [replica('postgres-1')],
  },
  ...standing(),
});
const down = (...replicas: Replica[]): Given => ({
  docker: { logs: async () => ({ lines: [], truncated: false }), replicas: async () => replicas },
  postgres: { standing: faulty('unreachable') },
});
const fatal = (text: string, minutes = 1) =>
  line(`2026-10-01 11:59:00.1 UTC [77] app@db FATAL:  ${text}`, minutes);
const READY = 'LOG:  database system is ready to accept connections';

export const FINDINGS: Findings = {
  'log-docker': [
    ['quiet', log([line(`LOG:  checkpoint complete`)]), healthy('no FATAL and no PANIC in the last 15 min')],
    ['silent, as on a quiet night', log([]), healthy('no FATAL and no PANIC in the last 15 min')],
    [
      'silent, because it writes to files',
      { ...log([]), ...standing({ logsTo: 'files' }) },
      inconclusive(
        'it writes its log to files of its own (logging_collector = on), not to the log of its container: look into log_directory on the server',
      ),
    ],
    [
      'silent, because it writes to syslog',
      { ...log([]), ...standing({ logsTo: 'syslog' }) },
      inconclusive(expect.stringContaining('it writes its log to syslog')),
    ],
    [
      'silent, since it was stopped',
      down(stopped('postgres-1')),
      inconclusive(
        'not a line in 15 min, and no container of postgres runs: what it said last is further back',
      ),
    ],
    [
      'silent, and not to be asked',
      down(replica('postgres-1')),
      inconclusive('not a line in 15 min, and nobody can ask the server where it writes its log'),
    ],
    [
      'cut off',
      log([line('LOG:  checkpoint complete', 4)], true),
      healthy('no FATAL and no PANIC in the last 4 min, all that was read'),
    ],
    [
      'of a stop and a start',
      log([
        fatal('terminating connection due to administrator command', 4),
        fatal('the database system is shutting down', 4),
        fatal('the database system is starting up', 3),
        line(READY, 3),
      ]),
      healthy(expect.stringContaining('3 FATALs in the last 15 min, none of the server itself')),
    ],
    [
      'with a wrong password now and then',
      log([fatal('password authentication failed for user "paksa"')]),
      { status: 'healthy' },
    ],
    [
      'with a wrong password again and again',
      log(Array.from({ length: 20 }, () => fatal('password authentication failed for user "paksa"', 0.5))),
      warning(
        'clients are refused, 20 times in the last 15 min: password authentication failed for user "paksa"',
      ),
    ],
    [
      'with many wrong passwords, and none any more',
      log(Array.from({ length: 30 }, () => fatal('password authentication failed for user "paksa"', 1))),
      { status: 'healthy' },
    ],
    [
      'with clients turned away',
      log([fatal('sorry, too many clients already'), fatal('sorry, too many clients already', 0.5)]),
      warning('clients are turned away, because connections run out, 2 times in the last 15 min'),
    ],
    [
      'with a file that it cannot read',
      log([fatal('data directory "/var/lib/postgresql/data" has invalid permissions')]),
      problem('data directory "/var/lib/postgresql/data" has invalid permissions, once in the last 15 min'),
    ],
    [
      'with a PANIC',
      log([line('PANIC:  could not write to file "pg_wal/xlogtemp.31": No space left on device')]),
      problem(expect.stringContaining('No space left on device')),
    ],
    [
      'with a PANIC that it has got over',
      log([line('PANIC:  could not fsync file "base/1": Input/output error', 5), line(READY, 4)]),
      warning(expect.stringContaining('; it has come up again since')),
    ],
    [
      'with a process that was killed',
      log([line('LOG:  server process (PID 31) was terminated by signal 9: Killed', 5), line(READY, 4)]),
      warning(expect.stringContaining('server process (PID 31) was terminated by signal 9: Killed')),
    ],
    [
      'in JSON',
      log([
        line('{"record":{"error_severity":"FATAL","message":"could not load private key file \\"k\\""}}'),
      ]),
      problem(expect.stringContaining('could not load private key file')),
    ],
  ],
};
