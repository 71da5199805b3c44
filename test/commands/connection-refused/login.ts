/** What a login comes to, by what it is refused with. */
import { expect } from 'vitest';
import type { Findings } from '../findings.ts';
import { type Case, faulty, healthy, inconclusive, problem } from '../topic.ts';
import { RESTARTS, refused } from './given.ts';

export const FINDINGS: Findings = {
  login: [
    [
      'that works',
      { postgres: { login: async () => ({ ok: true, ms: 12, version: '15.8', user: 'paksa' }) } },
      healthy('“paksa” is let in, in 12 ms'),
    ],
    ...(
      [
        ['28P01', /^the password of “paksa” is wrong \(28P01\): put/, []],
        ['28000', /^“paksa” is not let in to “paksa_db” \(28000\): .*pg_hba/, []],
        ['3D000', /^there is no database “paksa_db” \(3D000\): /, []],
        ['42501', /GRANT CONNECT/, []],
        [
          '53300',
          /^every connection is taken \(53300\): .* superuser_reserved_connections are kept/,
          RESTARTS,
        ],
        ['53100', /^its disk is full \(53100\): /, []],
        ['53200', /out of memory/, []],
        ['55000', /closed to connections/, []],
        ['57P01', /being shut down/, RESTARTS],
        ['57P02', /another one crashed/, []],
        ['57P03', /starting, stopping or recovering \(57P03\): wait/, []],
        ['08P01', /does not speak PostgreSQL/, []],
        ['08006', /^the connection broke \(08006\): /, []],
        ['28P99', /^the login is not valid/, []],
        ['53999', /lacks a resource/, []],
        ['57999', /somebody intervened/, []],
        ['58P01', /its files or its system fail it/, []],
        ['XX001', /internal error/, []],
        ['ZZ999', /^it refuses \(ZZ999\): see what it says$/, []],
        ['UNKNOWN', /^it refuses/, []],
        ['EPROTO', /has no TLS/, []],
        ['ECONNRESET', /closes the connection at once/, RESTARTS],
        ['EPIPE', /does not answer the login/, RESTARTS],
        ['ETIMEDOUT', /^the port is open, but PostgreSQL does not answer the login/, RESTARTS],
        ['CERT_HAS_EXPIRED', /its certificate is not accepted \(CERT_HAS_EXPIRED\): /, []],
        ['DEPTH_ZERO_SELF_SIGNED_CERT', /its certificate is not accepted/, []],
        ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /its certificate is not accepted/, []],
        ['ERR_TLS_CERT_ALTNAME_INVALID', /its certificate is not accepted/, []],
      ] as const
    ).map(
      ([code, says, suggests]): Case => [
        `refused with ${code}`,
        refused(code),
        problem(expect.stringMatching(says), suggests),
      ],
    ),
    ...(
      [
        ['role', 'paksa', /^“paksa” has as many connections as it may \(53300\): .*ALTER ROLE/],
        ['database', 'paksa_db', /^“paksa_db” has as many connections as it may \(53300\): .*ALTER DATABASE/],
      ] as const
    ).map(
      ([what, name, says]): Case => [
        `refused because the ${what} has a limit of its own`,
        refused('53300', `no connection left (53300: too many connections for ${what} "${name}")`),
        problem(expect.stringMatching(says), RESTARTS),
      ],
    ),
    ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].map(
      (code): Case => [
        `without a server (${code}), which the port tells`,
        refused(code),
        inconclusive(`nobody to log in to at postgres:5432 (${code})`),
      ],
    ),
    [
      'without an answer, from a port that does not answer either',
      { ...refused('ETIMEDOUT'), network: { connect: faulty('timed-out') } },
      inconclusive('nobody to log in to at postgres:5432 (ETIMEDOUT)'),
    ],
  ],
};
