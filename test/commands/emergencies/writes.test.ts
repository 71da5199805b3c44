/** Stopping writes in the database, and letting them go on. */
import { describe, expect, test } from 'vitest';
import { dataLoss } from '../../../commands/emergencies/data-loss.ts';
import type { Standing } from '../../../src/adapters/postgres/port.ts';
import { type Given, PRODUCTION } from '../context.ts';
import { type Findings, testFindings } from '../findings.ts';
import { faulty, healthy, inconclusive, warning } from '../topic.ts';
import { connections, replica, standing, stopped, topic, workload } from './samples.ts';

const { look, fixCalled, undoOf, checkCalled, context } = topic(dataLoss);

const database = (of: Partial<Standing> = {}): Given => ({
  postgres: { standing: async () => standing(of), connections: async () => connections() },
});
const READ_ONLY = database({ readOnlyByDefault: true });
const STANDBY = database({ inRecovery: true });
const UNKNOWN: Given = { postgres: { standing: faulty('unreachable') } };
const pods = (wanted: number): Given => ({
  kubernetes: {
    workload: async () => workload({ replicas: wanted }),
    replicas: async () => (wanted > 0 ? [replica('a')] : []),
  },
});

const FINDINGS: Findings = {
  'writes-stopped': [
    ['writable', database(), warning('paksa_db takes writes', ['stop-writes'])],
    ['read-only', READ_ONLY, healthy('paksa_db takes no writes')],
    ['a standby', STANDBY, healthy('paksa_db takes no writes')],
  ],
  'writes-possible': [
    ['writable', database(), healthy('paksa_db takes writes')],
    ['read-only', READ_ONLY, warning('paksa_db is read-only: it takes no writes', ['resume-writes'])],
    ['a standby, which no setting makes writable', STANDBY, warning(/is a standby/)],
  ],
  'pods-cannot-write': [
    ['a read-only database', READ_ONLY, healthy('the database takes no writes')],
    ['no pod', { ...database(), ...pods(0) }, healthy('no pod runs')],
    [
      'neither',
      { ...database(), ...pods(1) },
      warning('the database takes writes, and 1 run', ['stop-pods']),
    ],
    ['no pod, and a database that cannot be asked', { ...UNKNOWN, ...pods(0) }, healthy('no pod runs')],
    [
      'pods, and a database that cannot be asked',
      { ...UNKNOWN, ...pods(1) },
      inconclusive(/whether the database takes writes is not known/),
    ],
  ],
  'containers-cannot-write': [
    [
      'no container',
      { ...database(), docker: { replicas: async () => [stopped('a')] } },
      healthy('no container runs'),
    ],
    [
      'neither',
      { ...database(), docker: { replicas: async () => [replica('a'), replica('b')] } },
      warning('the database takes writes, and 2 run', ['stop-containers']),
    ],
  ],
};

testFindings(dataLoss, FINDINGS);

test('where no database is configured, only a backend that is stopped cannot write', async () => {
  const { postgres: _, ...target } = PRODUCTION;
  expect(await look('pods-cannot-write', pods(1), { target })).toMatchObject({ status: 'inconclusive' });
  expect(await look('pods-cannot-write', pods(0), { target })).toMatchObject({ status: 'healthy' });
  for (const id of ['writes-stopped', 'writes-possible'])
    expect(checkCalled(id).skip(target)).toMatch('no database configured');
  for (const id of ['stop-writes', 'resume-writes'])
    expect(fixCalled(id).unavailable(target)).toMatch('no database configured');
});

test('a database that cannot be asked is not known to take no writes', async () => {
  await expect(look('writes-stopped', UNKNOWN)).rejects.toThrow('it said no');
  await expect(look('writes-possible', UNKNOWN)).rejects.toThrow('it said no');
});

describe.each([
  ['stop-writes', database(), READ_ONLY, 'writable', 'read-only', true],
  ['resume-writes', READ_ONLY, database(), 'read-only', 'writable', false],
] as const)('%s', (id, before, after, from, to, readOnly) => {
  const fix = fixCalled(id);
  const undo = undoOf(id);

  test('shows what becomes of transactions and sessions; bound to the state, not to who is connected', async () => {
    const preview = await fix.preview(context(before));
    expect(preview).toMatchObject({
      summary: `Make paksa_db ${to}`,
      changes: [
        { what: 'New transactions', before: from, after: to },
        { what: 'Sessions', before: '12 on the server', after: 'those of paksa_db ended' },
      ],
    });
    const crowded = { ...before.postgres, connections: async () => connections({ used: 90 }) };
    expect((await fix.preview(context({ postgres: crowded }))).boundTo).toBe(preview.boundTo);
  });

  test('is refused where it is so already, and on a standby', async () => {
    await expect(fix.preview(context(after))).rejects.toThrow(`is ${to} already`);
    await expect(fix.preview(context(STANDBY))).rejects.toThrow('promote it');
  });

  test('sets it once, and back', async () => {
    const set: boolean[] = [];
    const acting: Given = {
      postgres: { ...before.postgres, setReadOnly: async (to) => void set.push(to) },
    };
    const kept = await undo.capture(context(before));
    expect(await fix.run(context(acting))).toBe(`paksa_db is ${to}`);
    expect(await undo.apply(context(acting), kept)).toBe(`paksa_db is ${from} again`);
    expect(set).toEqual([readOnly, !readOnly]);
    expect(await undo.isBack(context(before), kept)).toBe(true);
    expect(await undo.isBack(context(after), kept)).toBe(false);
    expect(await undo.startsFrom?.(context(after), kept)).not.toBe(
      await undo.startsFrom?.(context(before), kept),
    );
    await expect(async () => undo.apply(context(acting), { readOnly: 'yes' })).rejects.toThrow();
  });
});
