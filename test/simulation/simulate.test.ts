/** A hundred nights of a hundred incidents each. A seed that fails is named, and replays: npm run simulate -- --seed N. */
import { expect, test } from 'vitest';
import { simulate } from './world.ts';

const NIGHTS = 100;
const INCIDENTS = 100;

test('10,000 incidents: no page is lost, none comes twice where that can be asked, no ladder stands still', async () => {
  let pages = 0;
  let crashes = 0;
  let swept = 0;
  for (let seed = 1; seed <= NIGHTS; seed += 1) {
    const night = await simulate(seed, INCIDENTS).catch((error: unknown) => {
      throw new Error(`seed ${seed}`, { cause: error });
    });
    pages += night.pages;
    crashes += night.crashes;
    swept += night.swept;
  }
  // What is to be shown to hold has to have been put to the test.
  expect(pages).toBeGreaterThan(20_000);
  expect(crashes).toBeGreaterThan(1_000);
  expect(swept).toBeGreaterThan(500);
}, 300_000);

test('the same seed is the same night', async () => {
  expect(await simulate(7, 20)).toEqual(await simulate(7, 20));
});
