/** How fast one person may ask: whoever goes on without end is told once a minute, and keeps nobody else waiting. */

/** More than anybody types or clicks, and less than a program sends. */
const MOST = 60;
const WITHIN_MS = 60_000;
/** People of whom it is known; a workspace has fewer who ask within a minute. */
const MOST_KNOWN = 10_000;

/** `told`: it is too much, and they have not heard of it yet; `dropped`: they have. */
export type Paced = 'goes on' | 'told' | 'dropped';

/** `now`: milliseconds of any clock that only goes forward. */
export function createPace(now = () => performance.now()): (user: string) => Paced {
  const asked = new Map<string, { readonly since: number; count: number }>();
  const forgetOld = (at: number): void => {
    for (const [user, { since }] of asked) if (at - since >= WITHIN_MS) asked.delete(user);
  };
  return (user) => {
    const at = now();
    const known = asked.get(user);
    if (!known || at - known.since >= WITHIN_MS) {
      if (asked.size >= MOST_KNOWN) forgetOld(at);
      asked.set(user, { since: at, count: 1 });
      return 'goes on';
    }
    known.count += 1;
    if (known.count <= MOST) return 'goes on';
    return known.count === MOST + 1 ? 'told' : 'dropped';
  };
}
