/**
 * Guide: Emergency Procedures › Data Loss.
 *
 * The guide says what to reach and not how. Writes are stopped in the database itself, so that it holds for every client;
 * the backend can be stopped besides. A backup is restored into a second database and compared before anything is replaced:
 * restoring over the present one would lose what was written since.
 */
import { check } from '../../src/runbook/check.ts';
import { defineRunbook } from '../../src/runbook/define.ts';
import { healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import { act, look, person } from '../../src/runbook/procedure.ts';
import { checks as integrity } from '../data-corruption/checks.ts';
import { fixes as repairs } from '../data-corruption/fixes.ts';
import { databaseOf } from '../parts/database.ts';
import { backups, restored, restoreSteps } from '../parts/restore.ts';
import { scaleToZero, stoppedCheck } from '../parts/scale.ts';
import { noDatabase } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';
import {
  containersStopped,
  setWrites,
  stopContainers,
  writesPossible,
  writesStopped,
} from '../parts/writes.ts';

const SHOWN = 8;
/** What says whether the data holds together. */
const DATA = ['negative-totals', 'totals-add-up', 'foreign-keys-validated', 'orphans'];

export const dataLoss = defineRunbook({
  topic: 'data-loss',
  title: 'Data loss',
  symptoms: ['rows or tables are gone', 'data was overwritten'],
  emergency: 'data-loss',
  checks: {
    'writes-stopped': writesStopped(['stop-writes']),
    'writes-possible': writesPossible(['resume-writes']),
    'containers-stopped': containersStopped,
    'pods-stopped': stoppedCheck('backend', ['scale-to-zero']),
    extent: check(
      'What is there',
      async (context): Promise<Verdict> => {
        const counts = Object.entries(
          await context.postgres.rowCounts(databaseOf(context).database, context.signal),
        );
        const empty = counts.filter(([, rows]) => rows === 0).map(([table]) => table);
        const evidence = {
          rows: counts
            .toSorted(([, a], [, b]) => b - a)
            .slice(0, SHOWN)
            .map(([table, rows]) => short(`${table}: ${rows.toLocaleString('en-US')}`, 120)),
          ...(empty.length > 0 ? { empty: empty.slice(0, SHOWN) } : {}),
        };
        if (counts.length === 0) return problem('there is no table at all', { evidence });
        return counts.length === empty.length
          ? problem('every table is empty', { evidence })
          : healthy(`${count(counts.length, 'table')}, ${empty.length} of them empty`, evidence);
      },
      { skip: noDatabase, timeoutSeconds: 60 },
    ),
    backups,
    restored,
    ...integrity,
  },
  fixes: {
    'stop-writes': setWrites('read-only', ['writes-stopped']),
    'stop-containers': stopContainers(['containers-stopped']),
    'scale-to-zero': scaleToZero(['pods-stopped']),
    ...repairs,
    'resume-writes': setWrites('writable', ['writes-possible']),
  },
  procedures: {
    'data-loss': {
      title: 'Stop, restore, resume',
      steps: {
        'stop-writes': act('Stop all write operations', 'stop-writes', {
          when: ['writes-stopped'],
          minutes: 10,
        }),
        extent: look('Assess the extent', ['extent', ...DATA]),
        assess: person(
          'Say what is lost',
          [
            'Which tables, since when, and by what: a deploy, a person, a disk.',
            'Whether the loss goes on: a job that deletes, a replica that follows.',
          ],
          { minutes: 20 },
        ),
        ...restoreSteps,
        integrity: look('Verify the integrity', DATA, { mustBeHealthy: true }),
        resume: act('Resume operations', 'resume-writes', { when: ['writes-possible'] }),
        monitor: person('Monitor closely', ['Look at errors, row counts and complaints for the next hour.'], {
          minutes: 60,
        }),
      },
    },
  },
});
