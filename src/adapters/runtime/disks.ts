/** The disks that a replica sees. A container's root and what is mounted into it are often one disk of the machine: it counts once. */
import type { Exec } from '../exec/port.ts';
import { byFirst } from './by-first.ts';
import type { Disk } from './port.ts';

/** They hold no files that would have to fit on a disk. */
const PSEUDO =
  /^(tmpfs|devtmpfs|shm|udev|none|proc|sysfs|cgroup\S*|mqueue|devpts|cgmfs|squashfs|nsfs|ramfs|efivarfs|rootfs)$/;

/** `Filesystem 1024-blocks Used Available Capacity Mounted on`, of `df -P`; with `-i` the same of inodes. */
const LINE = /^(\S.*?)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+\S+\s+(\/.*)$/;

interface Mounted extends Disk {
  readonly device: string;
}

export async function disks(exec: Exec, replica: string, signal: AbortSignal): Promise<readonly Disk[]> {
  const read = ({ stdout }: { stdout: string }) => readDf(stdout, replica);
  const found = await byFirst([{ command: ['df', '-P', '-k'], read }], {
    exec,
    replica,
    operation: 'look at disks',
    signal,
  });
  const inodes = await inodesOf(exec, signal);
  return found.map(({ device: _, ...disk }) => {
    const inodesUsed = inodes.get(disk.mount);
    return { ...disk, ...(inodesUsed === undefined ? {} : { inodesUsed }) };
  });
}

/** Taken share by mount. Not every df can tell, and not every file system has a number of them. */
async function inodesOf(exec: Exec, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await exec(['df', '-P', '-i'], { signal });
  return new Map(
    stdout.split('\n').flatMap((line): [string, number][] => {
      const [, , total, , free, mount] = LINE.exec(line) ?? [];
      return mount === undefined || !(Number(total) > 0) ? [] : [[mount, 1 - Number(free) / Number(total)]];
    }),
  );
}

function readDf(text: string, replica: string): Mounted[] | undefined {
  const mounted = text.split('\n').flatMap((line) => mountOf(line, replica));
  const once = mounted.filter(
    (disk, index) => mounted.findIndex((earlier) => isSameDisk(earlier, disk)) === index,
  );
  return once.length === 0 ? undefined : once;
}

function mountOf(line: string, replica: string): Mounted[] {
  const [, device, size, , available, mount] = LINE.exec(line) ?? [];
  if (device === undefined || mount === undefined || PSEUDO.test(device) || size === '0') return [];
  return [
    {
      replica,
      mount,
      device,
      sizeBytes: Number(size) * 1024,
      // Below zero where root has used the reserve.
      availableBytes: Math.max(0, Number(available)) * 1024,
    },
  ];
}

/** An overlay has no device of its own: it is where its figures are the same, give or take what was written meanwhile. */
const isSameDisk = (one: Mounted, other: Mounted): boolean =>
  one.device === other.device && one.device !== 'overlay'
    ? true
    : (one.device === 'overlay' || other.device === 'overlay') &&
      one.sizeBytes === other.sizeBytes &&
      Math.abs(one.availableBytes - other.availableBytes) < one.sizeBytes / 1000;
