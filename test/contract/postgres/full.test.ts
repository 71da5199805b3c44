/** A server of PostgreSQL 16 or later whose connections are all taken, but for those that it keeps for Paksa's role. */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../../src/store/embedded/database.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import { execute, loginRole, PASSWORD } from '../../harness/postgres-server.ts';
import { failureOf, openSession, openSystem, refusal, type Session, type System, soon } from './system.ts';

/** Of 12; the others are kept back. */
const USABLE = 7;

describe('PostgreSQL 18, full', () => {
  let folder: TemporaryFolder;
  let database: OpenDatabase;
  let ordinary: System;
  let expected: System;
  let crowd: readonly Session[] = [];

  beforeAll(async () => {
    folder = await temporaryFolder();
    await chmod(folder.path, 0o755);
    database = await openDatabase({
      directory: join(folder.path, '.paksa'),
      settings: {
        fsync: 'off',
        max_connections: '12',
        superuser_reserved_connections: '2',
        reserved_connections: '3',
      },
    });
    const roles = ['app', 'ordinary', 'expected'];
    await execute(
      database.url,
      ...roles.map((name) => loginRole(name)),
      'GRANT pg_monitor, pg_signal_backend TO ordinary, expected',
      'GRANT pg_use_reserved_connections TO expected',
    );
    ordinary = openSystem(as('ordinary'));
    expected = openSystem(as('expected'));
    crowd = await Promise.all(Array.from({ length: USABLE }, () => openSession(as('app'))));
  });
  afterAll(async () => {
    await Promise.all(crowd.map((session) => session.end()));
    await Promise.all([ordinary, expected].map((system) => system?.db.close()));
    await database?.close();
    await folder?.[Symbol.asyncDispose]();
  });

  const as = (user: string): string => {
    const url = new URL(database.url);
    url.username = user;
    url.password = encodeURIComponent(PASSWORD);
    return url.href;
  };

  test('an ordinary role is not let in, and is told what would let it in', async () => {
    const { code, message } = refusal(await ordinary.probe.login(soon()));
    expect(code).toBe('53300');
    expect(message).toContain('GRANT pg_use_reserved_connections TO "ordinary"');
    expect(await failureOf(ordinary.probe.sessions(soon()))).toMatchObject({ fault: 'refused', message });
  });

  test('that done, Paksa sees who is there, and can end them', async () => {
    expect(await expected.probe.connections(soon())).toMatchObject({
      max: 12,
      reserved: 5,
      used: USABLE + 1,
      own: 1,
      idle: USABLE,
    });
    await crowd[0]?.query('BEGIN');
    const [forgotten] = await expected.probe.sessions(soon());
    expect(forgotten).toMatchObject({ pid: crowd[0]?.pid, state: 'idle in transaction' });
    expect(await expected.actuator.terminate(forgotten ? [forgotten] : [], soon())).toBe(1);
    await expect.poll(() => crowd[0]?.gone).toBe(true);
    await expected.db.close();
    expect(await ordinary.probe.login(soon())).toMatchObject({ ok: true });
  });
});
