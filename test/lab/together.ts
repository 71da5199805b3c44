/** Work side by side that ends as a whole: when one part fails the others are told to stop, and waited for. */
export async function together<First, Second>(
  failing: AbortController,
  first: Promise<First>,
  second: Promise<Second>,
): Promise<[First, Second]> {
  const all = [first, second] as const;
  try {
    return await Promise.all(all);
  } catch (error) {
    failing.abort(error);
    await Promise.allSettled(all);
    throw error;
  }
}
