/** The checks of the topic `connection-refused`: one case a finding. The cases stand beside, by what is looked at. */
import { describe, expect, test } from 'vitest';
import { connectionRefused } from '../../../commands/connection-refused.ts';
import { type Findings, testFindings } from '../findings.ts';
import { faulty, problem, under } from '../topic.ts';
import * as address from './address.ts';
import * as connections from './connections.ts';
import * as disk from './disk.ts';
import * as fromBackend from './from-backend.ts';
import { CUT, facts, reach, refused, resolve, standing, UNSET, variables } from './given.ts';
import * as log from './log.ts';
import * as login from './login.ts';
import * as network from './network.ts';
import * as server from './standing.ts';

const { look } = under(connectionRefused);

const FINDINGS: Findings = {
  ...address.FINDINGS,
  ...network.FINDINGS,
  ...login.FINDINGS,
  ...server.FINDINGS,
  ...connections.FINDINGS,
  ...disk.FINDINGS,
  ...log.FINDINGS,
  ...fromBackend.FINDINGS,
};

test('every check has its cases; what is shared with other topics, and the other platform, has them elsewhere', () => {
  const elsewhere = [
    'containers',
    'pods',
    ...Object.keys(connectionRefused.checks).filter((id) => id.endsWith('-kubernetes')),
  ];
  expect(new Set([...Object.keys(FINDINGS), ...elsewhere])).toEqual(
    new Set(Object.keys(connectionRefused.checks)),
  );
});

testFindings(connectionRefused, FINDINGS);

describe('what could not be looked at is not known to be well', () => {
  test.each([
    ['address-docker', { docker: { variables: faulty('forbidden') } }],
    ['dns', { network: { resolve: faulty('unreachable') } }],
    ['tcp', { network: { resolve: faulty('not-found') } }],
    ['tcp', { network: { resolve, connect: faulty('failed') } }],
    ['query', { postgres: { ping: faulty('unreachable') } }],
    ['connections', { postgres: { connections: faulty('unreachable') } }],
    ['connections', { postgres: { connections: faulty('refused'), ...refused('28P01').postgres } }],
    ['disk-docker', { docker: { disks: faulty('not-found') }, ...standing() }],
    ['recovery', { postgres: { standing: faulty('timed-out') } }],
    ['log-docker', { docker: { logs: faulty('not-found') } }],
    ['from-backend-docker', { docker: { ...variables(facts()), reach: faulty('not-found') } }],
  ] as const)('%s', async (id, given) => {
    await expect(look(id, given)).rejects.toThrow('it said no');
  });
});

test('pods are asked as containers are', async () => {
  const { docker, ...rest } = reach([CUT]);
  expect(await look('from-backend-kubernetes', { ...rest, kubernetes: docker ?? {} })).toMatchObject(
    problem('postgres:5432 is not reached from any pod: connection refused'),
  );
  expect(await look('address-kubernetes', { kubernetes: variables(UNSET) })).toMatchObject({
    summary: 'it is not set in backend-1',
  });
});
