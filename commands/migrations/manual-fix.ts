/** The guide's “Manual schema fixes if needed”: psql in a person's hands, with a look before and after. */
import { look, type Procedure, person } from '../../src/runbook/procedure.ts';
import { within } from '../parts/by-hand.ts';

export const manualFix: Procedure = {
  title: 'Mend the schema by hand',
  steps: {
    look: look('See where the database and the code stand', ['current', 'heads', 'up-to-date', 'leftovers']),
    'stop-deploys': person('Stop deployments', [
      'Make sure that nothing else migrates this database until you are done.',
    ]),
    backup: person(
      'Take a backup',
      ['pg_dump -Fc of the database into the folder of backups, and look at its size.'],
      { minutes: 30 },
    ),
    mend: person(
      'Mend the schema',
      (target) => [
        `psql: ${within(target, 'postgres', `psql -U postgres ${target.postgres?.database ?? 'paksa_db'}`)}.`,
        'Inside BEGIN … COMMIT: finish or take back by hand what the migration had begun.',
        'Then tell Alembic where the database is: alembic stamp REVISION.',
      ],
      { minutes: 60 },
    ),
    verify: look('Look again', ['current', 'heads', 'up-to-date', 'leftovers'], { mustBeHealthy: true }),
    resume: person('Let deployments go on', ['Tell the team that the database is as the code wants it.']),
  },
};
