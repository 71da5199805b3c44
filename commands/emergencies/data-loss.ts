/**
 * Guide: Emergency Procedures › Data Loss.
 *
 * The guide says what to reach and not how. Writes are stopped in the database itself, for every session that does not ask for
 * them by name (as the steps by hand do); where that cannot be done the backend is stopped. A backup is restored into a second
 * database and compared before anything is replaced: restoring over the present one would lose what was written since.
 */
import { onlyNamed } from '../../src/runbook/check.ts';
import { defineRunbook } from '../../src/runbook/define.ts';
import { act, look, person } from '../../src/runbook/procedure.ts';
import { checks as integrity } from '../data-corruption/checks.ts';
import { fixes as repairs } from '../data-corruption/fixes.ts';
import { lookAtIndexes, MUST_HOLD } from '../data-corruption/procedure.ts';
import { replicaCheck } from '../parts/replicas.ts';
import { backups, restored, restoredHolds, restoreSteps } from '../parts/restore.ts';
import {
  containersStarted,
  containersStopped,
  startContainers,
  stopContainers,
} from '../parts/stop-containers.ts';
import { podsStopped, podsWanted, scaleToZero, scaleUp } from '../parts/stop-pods.ts';
import { backendCannotWrite, setWrites, writesPossible, writesStopped } from '../parts/writes.ts';
import { extent } from './data-loss/extent.ts';

export const dataLoss = defineRunbook({
  topic: 'data-loss',
  title: 'Data loss',
  symptoms: ['rows or tables are gone', 'data was overwritten'],
  emergency: 'data-loss',
  checks: {
    'writes-possible': writesPossible(['resume-writes']),
    extent,
    backups,
    restored,
    'restored-holds': restoredHolds,
    ...integrity,
    'writes-stopped': writesStopped(['stop-writes']),
    'pods-cannot-write': backendCannotWrite('kubernetes', ['stop-pods']),
    'containers-cannot-write': backendCannotWrite('docker', ['stop-containers']),
    'pods-stopped': podsStopped(['stop-pods']),
    'containers-stopped': containersStopped(['stop-containers']),
    'pods-wanted': podsWanted(['start-pods']),
    'containers-started': containersStarted(['start-containers']),
    'backend-pods': onlyNamed(replicaCheck('kubernetes', 'backend', [], ['start-pods'])),
    'backend-containers': onlyNamed(replicaCheck('docker', 'backend', ['start-containers'])),
  },
  fixes: {
    'stop-writes': setWrites('read-only', ['writes-stopped']),
    'stop-pods': scaleToZero(['pods-stopped', 'pods-cannot-write']),
    'stop-containers': stopContainers(['containers-stopped', 'containers-cannot-write']),
    ...repairs,
    'resume-writes': setWrites('writable', ['writes-possible']),
    'start-pods': scaleUp(['pods-wanted', 'backend-pods']),
    'start-containers': startContainers(['containers-started', 'backend-containers']),
  },
  procedures: {
    'data-loss': {
      title: 'Stop, restore, resume',
      steps: {
        'stop-writes': act('Stop all writes to the database', 'stop-writes', {
          when: ['writes-stopped'],
          minutes: 10,
        }),
        'stop-pods': act('Where that did not work, stop the backend’s pods', 'stop-pods', {
          when: ['pods-cannot-write'],
          minutes: 10,
        }),
        'stop-containers': act('Where that did not work, stop the backend’s containers', 'stop-containers', {
          when: ['containers-cannot-write'],
          minutes: 10,
        }),
        extent: look('Assess the extent', ['extent', ...MUST_HOLD, 'indexes-intact']),
        assess: person(
          'Say what is lost',
          [
            'Which tables, since when, and by what: a deploy, a migration, a person, a disk.',
            'Whether the loss goes on: a job that deletes, a replica that follows.',
            'Whether there is something nearer than a dump: a standby that lags, an archive of the WAL (recovery to a point in time), a snapshot of the disk.',
            'Which backup is the last one from before the loss. The next step but one restores the newest.',
          ],
          { minutes: 20 },
        ),
        ...restoreSteps,
        decide: {
          ...restoreSteps.decide,
          instructions: [
            'How many rows differ is in the step before. If the newest backup has the loss in it, restore an older one: createdb paksa_older, then pg_restore --no-owner -d paksa_older file.dump.',
            'The present database is read-only: give your own session leave by PGOPTIONS="-c default_transaction_read_only=off" before psql.',
            'A few rows: pg_dump --data-only --table=… of the restored database, into psql of the present one; or INSERT … SELECT by way of postgres_fdw.',
            'Everything: stop the backend, ALTER DATABASE … RENAME the present one away and the restored one into its place. That one takes writes from then on: leave the backend stopped until the integrity was verified.',
            'What was written since the backup is in the old database alone: keep it until that is settled.',
          ],
        },
        integrity: look('Verify the integrity', MUST_HOLD, { mustBeHealthy: true }),
        indexes: lookAtIndexes,
        'resume-writes': act('Let writes go on', 'resume-writes', { when: ['writes-possible'] }),
        'start-pods': act('Start the backend’s pods again', 'start-pods', { when: ['pods-wanted'] }),
        'start-containers': act('Start the backend’s containers again', 'start-containers', {
          when: ['containers-started'],
        }),
        resumed: look(
          'See that operations go on',
          ['writes-possible', 'extent', 'backend-pods', 'backend-containers'],
          { mustBeHealthy: true },
        ),
        monitor: person(
          'Monitor closely',
          [
            'Errors, row counts and complaints, for the next hour.',
            'Take a backup of what there is now.',
            'When nobody needs it any more: the fix “Drop the restored database”.',
          ],
          { minutes: 60 },
        ),
      },
    },
  },
  advice: [
    {
      text: 'A nightly dump loses up to a day: archive the WAL, and any moment can be gone back to.',
      link: 'https://www.postgresql.org/docs/current/continuous-archiving.html',
    },
  ],
});
