/** What the backend’s DATABASE_URL comes to. */
import { expect } from 'vitest';
import type { VariableFacts } from '../../../src/adapters/runtime/port.ts';
import type { Given } from '../context.ts';
import type { Findings } from '../findings.ts';
import { faulty, healthy, inconclusive, minutesAgo, problem, warning } from '../topic.ts';
import { facts, UNSET, variables } from './given.ts';

const UNREADABLE: VariableFacts = { present: true, length: 20, fingerprint: 'f1' };

const roles = (...names: string[]) => ({
  loginRoles: async () => names.map((name) => ({ name, superuser: false, sessions: 1 })),
});
const addresses = (...all: VariableFacts[]): Given => ({
  docker: variables(...all),
  postgres: roles('paksa'),
});

export const FINDINGS: Findings = {
  'address-docker': [
    [
      'as configured',
      addresses(facts(), facts()),
      healthy('points to “paksa_db” at postgres:5432 as “paksa”'),
    ],
    [
      'by another name, and as another user that the server knows',
      {
        docker: variables(facts({ host: 'db.internal', user: 'app', sslMode: 'require' })),
        postgres: roles('paksa', 'app'),
      },
      {
        ...healthy('points to “paksa_db” at db.internal:5432 as “app”'),
        evidence: {
          host: 'db.internal:5432',
          database: 'paksa_db',
          user: 'app',
          sslmode: 'require',
          'for Paksa': 'postgres:5432',
          'user of Paksa': 'paksa',
        },
      },
    ],
    [
      'of several servers, the one for Paksa among them',
      addresses(facts({ host: 'standby', others: [{ host: 'postgres', port: 5432 }] })),
      {
        ...healthy('points to “paksa_db” at standby:5432 or postgres:5432 as “paksa”'),
        evidence: { host: 'standby:5432, postgres:5432', database: 'paksa_db', user: 'paksa' },
      },
    ],
    ['not set in one', addresses(facts(), UNSET), problem('it is not set in backend-2')],
    ['empty', addresses({ ...UNREADABLE, length: 0 }), problem('it is not set in backend-1')],
    [
      'unreadable',
      addresses(UNREADABLE),
      problem(expect.stringContaining('no address that can be read in backend-1')),
    ],
    [
      'of something else',
      addresses(facts({ scheme: 'rediss' })),
      problem('it is no address of PostgreSQL in backend-1, but one of rediss'),
    ],
    [
      'of another database',
      addresses(facts({ database: 'paksa_test' })),
      warning('it names the database “paksa_test”, not “paksa_db”'),
    ],
    [
      'of a user that the server does not know',
      addresses(facts({ user: 'paska' })),
      problem('it names the user “paska”, who cannot log in there'),
    ],
    [
      'of a user whose password has ended',
      {
        docker: variables(facts()),
        postgres: {
          loginRoles: async () => [
            { name: 'paksa', superuser: false, sessions: 0, validUntil: minutesAgo(1500) },
          ],
        },
      },
      problem('the password of its user “paksa” ended on 2026-09-30'),
    ],
    [
      'while the database cannot be asked for its users',
      { docker: variables(facts()), postgres: { loginRoles: faulty('unreachable') } },
      healthy('points to “paksa_db” at postgres:5432 as “paksa”'),
    ],
    [
      'with another password in one',
      addresses(facts(), facts({}, 'f2')),
      warning('its password or its options differ between backend-1 and backend-2'),
    ],
    [
      'with another host in one',
      addresses(facts(), facts({ host: 'old-db' }, 'f2')),
      warning('it differs between backend-1 and backend-2'),
    ],
    [
      'of a backend that does not run',
      addresses(),
      inconclusive('no container of backend runs, so none has it to look at'),
    ],
  ],
};
