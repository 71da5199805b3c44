/** The real `pg_isready`, on this host in place of a replica: what its exit codes come to. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import { missingProgram } from '../../../src/adapters/exec/missing-program.ts';
import type { Exec } from '../../../src/adapters/exec/port.ts';
import { pgIsReady } from '../../../src/adapters/runtime/inside.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import { freePort } from '../../harness/free-port.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { type DebianPostgres, POSTGRES, startDebianPostgres } from '../backup/debian-postgres.ts';

const soon = () => AbortSignal.timeout(20_000);
const host = createHostExec();

/** A replica whose environment says where its server is, as this host's cannot. */
const at =
  (port: string): Exec =>
  (command, options) =>
    host(command, { ...options, environment: { PGHOST: '127.0.0.1', PGPORT: port } });

describe.runIf(requirePrograms(POSTGRES, 'psql'))('pg_isready', () => {
  let folder: TemporaryFolder;
  let server: DebianPostgres;
  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startDebianPostgres(folder.path);
  });
  afterAll(async () => {
    await server.stop();
    await folder[Symbol.asyncDispose]();
  });
  const portOf = () => new URL(server.url('postgres')).port;

  test('a server that accepts connections', async () => {
    expect(await pgIsReady(at(portOf()), 'one', soon())).toEqual({
      replica: 'one',
      reached: true,
      detail: 'accepts connections',
    });
  });

  test('none', async () => {
    expect(await pgIsReady(at(String(await freePort())), 'one', soon())).toEqual({
      replica: 'one',
      reached: false,
      detail: 'does not answer',
    });
  });
});

test('one that refuses, and a program that was not asked', async () => {
  const ending =
    (exitCode: number): Exec =>
    async () => ({ exitCode, stdout: '', stderr: '', truncated: false });
  expect(await pgIsReady(ending(1), 'one', soon())).toMatchObject({
    reached: false,
    detail: expect.stringContaining('starting'),
  });
  await expect(pgIsReady(ending(3), 'one', soon())).rejects.toMatchObject({ fault: 'not-found' });
});

test('an image without it is no answer', async () => {
  const without: Exec = async ([program]) => {
    throw missingProgram('test', program, 'container one', 'it is left out');
  };
  await expect(pgIsReady(without, 'one', soon())).rejects.toMatchObject({
    fault: 'not-found',
    message: expect.stringContaining('no usable pg_isready'),
  });
});
