/** The disk under the database: full, PostgreSQL stops, and does not start again. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { asked } from '../parts/fault.ts';
import { NOUN, type Platform, runtimeOf } from '../parts/services.ts';
import { noReplicas } from '../parts/target.ts';
import { bytes, percent, short } from '../parts/words.ts';

type Disk = Awaited<ReturnType<CheckContext['docker']['disks']>>[number];

const FULL = 0.9;
/** One burst of WAL from the end. */
const NEARLY_NOTHING = 0.97;
/** A tenth of a large disk lasts: with this much left there is no hurry, in bytes. */
const PLENTY_BYTES = 100 * 1024 ** 3;
/** Of the official images; the server says where its own is, when it can be asked. */
const DATA_DIRECTORY = '/var/lib/postgresql/data';

export const diskCheck = (platform: Platform) =>
  check(
    `Disk of the ${NOUN[platform].many} of postgres`,
    async (context) => {
      const [disks, folders] = await Promise.all([
        runtimeOf(platform, context).disks('postgres', context.signal),
        directories(context),
      ]);
      const fullest = disks
        .filter((disk) => disk.sizeBytes > 0 && folders.some((folder) => matters(disk, disks, folder)))
        .sort((a, b) => usedOf(b) - usedOf(a));
      const [worst] = fullest;
      if (!worst)
        return inconclusive(`no ${NOUN[platform].one} of postgres runs, so none has a disk to look at`);
      const evidence = { disks: fullest.slice(0, 8).map((disk) => short(lineOf(disk), 120)) };
      const full = fullest.find(isFull);
      return full
        ? problem(lineOf(full), {
            evidence,
            severity: usedOf(full) < NEARLY_NOTHING ? 'warning' : 'critical',
          })
        : healthy(`${percent(usedOf(worst))} full at most`, evidence);
    },
    { skip: noReplicas(platform, 'postgres'), timeoutSeconds: 20 },
  );

/** With the database down nobody can say; its usual place will do. */
async function directories(context: CheckContext): Promise<readonly string[]> {
  if (!context.target.postgres) return [DATA_DIRECTORY];
  const standing = await asked(context.postgres.standing(context.signal));
  if (!standing.answered) return [DATA_DIRECTORY];
  const { dataDirectory = DATA_DIRECTORY, tablespaces } = standing.answer;
  return [dataDirectory, ...tablespaces];
}

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);

/** The root, what holds the data or a tablespace, and what is mounted into it, such as a disk for the WAL. */
function matters(disk: Disk, disks: readonly Disk[], directory: string): boolean {
  const [holds] = disks
    .filter(({ replica, mount }) => replica === disk.replica && isWithin(directory, mount))
    .sort((a, b) => b.mount.length - a.mount.length);
  return disk.mount === '/' || disk.mount === holds?.mount || isWithin(disk.mount, directory);
}

const bytesUsed = ({ sizeBytes, availableBytes }: Disk): number => 1 - availableBytes / sizeBytes;

const inodesOf = ({ inodesUsed = 0 }: Disk): number => inodesUsed;

/** By whichever runs out first. */
const usedOf = (disk: Disk): number => Math.max(bytesUsed(disk), inodesOf(disk));

const isFull = (disk: Disk): boolean =>
  inodesOf(disk) >= FULL || (bytesUsed(disk) >= FULL && disk.availableBytes < PLENTY_BYTES);

const lineOf = (disk: Disk): string => {
  if (inodesOf(disk) > bytesUsed(disk))
    return `${disk.mount} of ${disk.replica} has ${percent(inodesOf(disk))} of its inodes taken: without one left, no file can be made, whatever room there is`;
  return `${disk.mount} of ${disk.replica} is ${percent(usedOf(disk))} full: ${bytes(disk.availableBytes)} of ${bytes(disk.sizeBytes)} left`;
};
