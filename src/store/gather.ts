/** Calls that come while one is at work are made as one after it: the more come at once, the less each of them costs. */

/** `work` is called for one batch at a time, in the order of the calls. Each call settles as its batch does. */
export function gather<Item>(
  work: (items: readonly Item[]) => Promise<void>,
): (items: readonly Item[]) => Promise<void> {
  let waiting: Item[] = [];
  let next: Promise<void> | undefined;
  let atWork: Promise<unknown> = Promise.resolve();
  return (items) => {
    waiting.push(...items);
    next ??= atWork.then(() => {
      const batch = waiting;
      waiting = [];
      next = undefined;
      const done = work(batch);
      atWork = done.catch(() => undefined);
      return done;
    });
    return next;
  };
}
