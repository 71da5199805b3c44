/** PostgreSQL refuses to run as root. There it runs as the user `postgres`, who must be able to reach its files. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../errors.ts';

const run = promisify(execFile);

/** Whom the server runs as, when not as ourselves. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const lookUp = async (): Promise<Account> => {
  const [user, group] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
  return { uid: Number.parseInt(user.stdout, 10), gid: Number.parseInt(group.stdout, 10) };
};

/** The user `postgres`, made when it is not there; undefined unless we are root. @throws UserError when it cannot be made */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return lookUp().catch(async () => {
    try {
      await run('useradd', [
        '--system',
        '--user-group',
        '--no-create-home',
        '--shell',
        '/usr/sbin/nologin',
        'postgres',
      ]);
      return await lookUp();
    } catch {
      throw new UserError(
        'PostgreSQL refuses to run as root, and a user `postgres` for it could not be made. ' +
          'Start Paksa as another user, or set DATABASE_URL to a PostgreSQL of your own.',
      );
    }
  });
}

/** The outermost folder on the way to `path`, itself included, that the account may not pass through. */
export async function closedFolder(path: string, { uid, gid }: Account): Promise<string | undefined> {
  const above = dirname(path);
  const closed = above === path ? undefined : await closedFolder(above, { uid, gid });
  if (closed !== undefined) return closed;
  const { mode, uid: owner, gid: group } = await stat(path);
  const passes = uid === owner ? mode & 0o100 : gid === group ? mode & 0o010 : mode & 0o001;
  return passes ? undefined : path;
}
