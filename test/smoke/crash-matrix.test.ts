/** A small part of `npm run bench:crash`: a replica dies at every named step of deciding, sending, recording and answering. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crashMatrix } from '../crash/matrix.ts';
import { POINTS } from '../crash/plan.ts';
import { preparedDatabase } from '../harness/database.ts';

/** Another one would do as well; this one is the same every time. */
const SEED = 4;

test('no page is lost, and none is doubled where the provider can be asked', {
  timeout: 400_000,
}, async () => {
  const database = await preparedDatabase();
  const cache = await mkdtemp(join(tmpdir(), 'paksa-crash-'));
  const matrix = await crashMatrix({
    databaseUrl: database.url,
    ...{ seed: SEED, deaths: POINTS.length, mortal: 2, open: 8, cache },
    say: () => undefined,
  });
  await rm(cache, { recursive: true, force: true });
  await database.drop();
  const { lost, doubled, broken, pages } = matrix;
  expect({ seed: SEED, lost, doubled, broken }).toEqual({ seed: SEED, lost: [], doubled: [], broken: [] });
  expect(pages).toBeGreaterThan(0);
});
