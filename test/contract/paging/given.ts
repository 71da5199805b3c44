/** What the pagers' suites begin from: people, pages, incidents of their own, and a database to write deliveries down in. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import type { Deliveries } from '../../../src/engine/ports.ts';
import type { Incident, PageRef } from '../../../src/incident/incident.ts';
import type { People } from '../../../src/paging/settings.ts';
import { createDeliveries } from '../../../src/store/deliveries.ts';
import { openPool } from '../../../src/store/pool.ts';
import { type FreshDatabase, preparedDatabase } from '../../harness/database.ts';
import { finding, incident as sample } from '../../unit/sample-incident.ts';

export const PHONE = '+4915112345678';
export const people: People = new Map([
  ['U1', { email: 'dana@example.com', phone: PHONE }],
  ['U2', { email: 'omar@example.com', phone: '+4915187654321' }],
]);
export const page: PageRef = { level: 1, attempt: 1, responder: 'user/U1' };

let count = 0;
/** An incident that no other test has. */
export const anIncident = (of: Partial<Incident> = {}): Incident => {
  count += 1;
  return sample({ id: `INC-${count}`, ...of });
};

/** Texts as they come from systems that are broken. */
export const hostile = (): Incident =>
  anIncident({
    title: `Title “quoted” <b>&amp;</b> \u202Ereversed\u0000 ${'🔥'.repeat(900)}`,
    environment: `production\r\nBcc: everybody@example.com ${'e'.repeat(400)}`,
    topic: 't'.repeat(300),
    findings: Array.from({ length: 60 }, (_, index) => ({
      ...finding(`check-${index}`, 'problem'),
      summary: `half a pair \uD83D and ${'漢字'.repeat(800)} <Hangup/>`,
    })),
  });

export interface Given {
  readonly deliveries: Deliveries;
  readonly pool: pg.Pool;
}

/** A database for the file's pages. */
export function givenDatabase(): () => Given {
  let database: FreshDatabase;
  let given: Given;
  beforeAll(async () => {
    database = await preparedDatabase();
    const pool = openPool(database.url, () => undefined);
    given = { pool, deliveries: createDeliveries(pool, randomUUID()) };
  });
  afterAll(async () => {
    await given.pool.end();
    await database.drop();
  });
  return () => given;
}
