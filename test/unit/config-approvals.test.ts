/** Who decides, and as whom Paksa acts then: what is written of it, and what is refused. */
import { expect, test } from 'vitest';
import { load, MINIMAL, problems } from './written-config.ts';

test('one person decides always, or never alone on a row; and may break the glass', () => {
  const approvals = (written: string) =>
    load(`${MINIMAL}\napprovals: ${written}`).environments[0].policy.approval;
  expect(approvals('{ twoPeople: { for: never } }')).not.toHaveProperty('twoPeople');
  expect(approvals('{ twoPeople: { rows: 0, replicas: 100 } }').twoPeople).toMatchObject({
    rows: 0,
    replicas: 1,
  });
  expect(approvals('{}')).not.toHaveProperty('breakGlass');
  expect(approvals('{ breakGlass: { for: ladder, review: 4h } }').breakGlass).toEqual({
    reviewWithinMs: 4 * 3_600_000,
  });
});

test('another role for fixes is one of the same database', () => {
  const written = 'environments: { production: { postgres: { urlEnv: LOOK_URL, fixUrlEnv: FIX_URL } } }';
  const LOOK_URL = 'postgresql://look:hunter2@db.internal/paksa_db';
  const elsewhere = problems(written, { LOOK_URL, FIX_URL: 'postgresql://fix:hunter3@db.internal/other' });
  expect(elsewhere).toEqual({
    FIX_URL:
      'must be where LOOK_URL leads, as another user (environments.production.postgres.fixUrlEnv names it)',
  });
  const FIX_URL = 'postgresql://fix:hunter3@db.internal/paksa_db';
  expect(load(written, { LOOK_URL, FIX_URL }).environments[0].credentials).toMatchObject({
    postgresUrl: LOOK_URL,
    postgresFixUrl: FIX_URL,
  });
});
