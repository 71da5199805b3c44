/** How long a verification looks: until it shows, and of what is measured in a moment until it shows twice in a row. */
import { expect, test } from 'vitest';
import { settle } from '../../src/engine/settle.ts';

/** Looks that come to these, the last one again and again; and for how long was waited between them. */
async function settled(passes: readonly boolean[], of: { isMeasured: boolean; withinMs?: number }) {
  const waited: number[] = [];
  let looks = 0;
  const seen = await settle(
    async () => {
      looks += 1;
      return { passed: passes[Math.min(looks, passes.length) - 1] ?? false, look: looks };
    },
    { withinMs: 60_000, ...of, pause: async (ms) => waited.push(ms) },
  );
  return { ...seen, looks, waited };
}

test('what passes at once is done', async () => {
  expect(await settled([true], { isMeasured: false })).toMatchObject({ passed: true, looks: 1, waited: [] });
});

test('what does not pass yet is looked at again', async () => {
  expect(await settled([false, false, true], { isMeasured: false })).toMatchObject({
    passed: true,
    looks: 3,
    waited: [500, 500],
  });
});

test('what is measured passes by two looks in a row, some seconds apart', async () => {
  expect(await settled([true, true], { isMeasured: true })).toMatchObject({ looks: 2, waited: [5000] });
});

test('one that flickers has not passed until it holds still', async () => {
  expect(await settled([true, false, true, false, true, true], { isMeasured: true })).toMatchObject({
    passed: true,
    looks: 6,
    waited: [5000, 500, 5000, 500, 5000],
  });
});

test.each([
  ['never passes', [false], { passed: false, looks: 1 }],
  ['passes in the last moment, and not again', [true, false], { passed: false, looks: 2 }],
  ['passes in the last moment, and still', [true, true], { passed: true, looks: 2 }],
])('when the time is up: %s', async (_, passes, end) => {
  expect(await settled(passes, { isMeasured: true, withinMs: 0 })).toMatchObject(end);
});

test('whoever lost the claim stops waiting', async () => {
  const pause = async () => {
    throw new Error('claim lost');
  };
  await expect(
    settle(async () => ({ passed: false }), { withinMs: 60_000, isMeasured: false, pause }),
  ).rejects.toThrow('claim lost');
});
