/** What the database’s disk comes to. */
import { expect } from 'vitest';
import type { Disk } from '../../../src/adapters/runtime/port.ts';
import type { Given } from '../context.ts';
import type { Findings } from '../findings.ts';
import { faulty, healthy, inconclusive, problem, warning } from '../topic.ts';
import { standing } from './given.ts';

const GIB = 1024 ** 3;

const disk = (used: number, of: Partial<Disk> = {}): Disk => ({
  replica: 'postgres-1',
  mount: '/var/lib/postgresql/data',
  sizeBytes: 20 * GIB,
  availableBytes: 20 * GIB * (1 - used),
  ...of,
});
const disks = (...all: Disk[]): Given => ({ docker: { disks: async () => all }, ...standing() });

export const FINDINGS: Findings = {
  'disk-docker': [
    ['half full', disks(disk(0.5), disk(0.3, { mount: '/' })), healthy('50 % full at most')],
    [
      'full where nothing of it lies',
      disks(disk(0.5), disk(0.99, { mount: '/backups' })),
      healthy('50 % full at most'),
    ],
    [
      'nearly full',
      disks(disk(0.9)),
      warning('/var/lib/postgresql/data of postgres-1 is 90 % full: 2.0 GiB of 20 GiB left'),
    ],
    ['full', disks(disk(0.97)), problem(expect.stringContaining('is 97 % full'))],
    [
      'full at its root',
      disks(disk(0.2), disk(0.98, { mount: '/' })),
      problem(expect.stringMatching(/^\/ of/)),
    ],
    [
      'full where its WAL is',
      disks(disk(0.2), disk(0.98, { mount: '/var/lib/postgresql/data/pg_wal' })),
      problem(expect.stringContaining('pg_wal')),
    ],
    [
      'with a tenth of very much left',
      disks(disk(0.95, { sizeBytes: 4000 * GIB, availableBytes: 200 * GIB })),
      { status: 'healthy' },
    ],
    [
      'while the database cannot say where its data are',
      { docker: { disks: async () => [disk(0.98)] }, postgres: { standing: faulty('unreachable') } },
      { status: 'problem' },
    ],
    [
      'full where a tablespace is',
      { ...disks(disk(0.2), disk(0.98, { mount: '/fast' })), ...standing({ tablespaces: ['/fast/space'] }) },
      problem(expect.stringContaining('/fast of postgres-1 is 98 % full')),
    ],
    [
      'out of inodes, with room for bytes',
      disks(disk(0.3, { inodesUsed: 0.99 })),
      problem(
        '/var/lib/postgresql/data of postgres-1 has 99 % of its inodes taken: without one left, no file can be made, whatever room there is',
      ),
    ],
    ['of nothing that runs', disks(), inconclusive(expect.stringContaining('no container of postgres runs'))],
  ],
};
