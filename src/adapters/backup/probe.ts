/** Looks at the backups that are there. Changes nothing. */
import { listFolder } from './folder.ts';
import type { BackupProbe, BackupSettings } from './port.ts';

export const createBackupProbe = (settings: () => BackupSettings): BackupProbe => ({
  async list(signal) {
    return listFolder(settings().directory, signal);
  },
});
