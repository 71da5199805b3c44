/** Calls that come while one is at work are made as one after it, and settle as it does. */
import { expect, test } from 'vitest';
import { gather } from '../../src/store/gather.ts';

/** Work that ends when it is told to. */
function steered() {
  const batches: { readonly items: readonly number[]; readonly end: (error?: Error) => void }[] = [];
  const call = gather<number>(
    (items) =>
      new Promise((resolve, reject) => {
        batches.push({ items, end: (error) => (error ? reject(error) : resolve()) });
      }),
  );
  return { batches, call };
}

test('one at a time: what comes meanwhile is the next batch, in its order', async () => {
  const { batches, call } = steered();
  const first = call([1]);
  await expect.poll(() => batches.length).toBe(1);
  const others = [call([2, 3]), call([4])];
  batches[0]?.end();
  await first;
  await expect.poll(() => batches.length).toBe(2);
  expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3, 4]]);
  batches[1]?.end();
  await Promise.all(others);
});

test('one that fails fails for its callers alone', async () => {
  const { batches, call } = steered();
  const first = call([1]);
  await expect.poll(() => batches.length).toBe(1);
  const second = call([2]);
  batches[0]?.end(new Error('no database'));
  await expect(first).rejects.toThrow('no database');
  await expect.poll(() => batches.length).toBe(2);
  batches[1]?.end();
  await expect(second).resolves.toBeUndefined();
});
