/** How far the viewer has read, and how many people elsewhere in the workspace are being called for. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { PageState, PageUser } from './api.ts';
import { fetchState } from './api-client.ts';
import { callsFor, recallMarks, rememberMarks, type Unread, unreadByChannel } from './unread.ts';

/** Slow enough to cost nothing, fast enough to see a page reach somebody. */
const LOOK_MS = 3000;

function subscribeToVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}
const isVisible = () => document.visibilityState === 'visible';

/** @param open the channel that is open, which counts as read while the page is seen */
export function useUnread(state: PageState | undefined, open: string | undefined): Map<string, Unread> {
  const reading = useSyncExternalStore(subscribeToVisibility, isVisible) ? open : undefined;
  const me = state?.me;
  const [marks, setMarks] = useState(() => ({ me, read: me === undefined ? {} : recallMarks(me) }));
  const read = useMemo(
    () => (marks.me === me ? marks.read : me === undefined ? {} : recallMarks(me)),
    [marks, me],
  );
  const latest = state?.messages.findLast(({ channel }) => channel === reading)?.ts;

  useEffect(() => {
    if (me === undefined || reading === undefined || latest === undefined || (read[reading] ?? '') >= latest)
      return;
    const next = { ...read, [reading]: latest };
    rememberMarks(me, next);
    setMarks({ me, read: next });
  }, [me, reading, latest, read]);

  return useMemo(() => (state === undefined ? new Map() : unreadByChannel(state, read)), [state, read]);
}

/** The events tell the viewer's own news only; the others' are looked up, one person after another, while the page is seen. */
export function useCallsForOthers(users: PageUser[], me: string | undefined): Map<string, number> {
  const [calls, setCalls] = useState<Map<string, number>>(new Map());
  const others = users
    .filter(({ id, isBot }) => !isBot && id !== me)
    .map(({ id }) => id)
    .join();

  useEffect(() => {
    if (others === '') return;
    const looking = new AbortController();
    let next: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        if (isVisible()) {
          const found = new Map<string, number>();
          for (const user of others.split(',')) {
            found.set(user, callsFor(await fetchState(user, looking.signal), recallMarks(user)));
          }
          setCalls(found);
        }
      } catch {
        // The stream of events already says that the workspace is away; the numbers stay as they were.
      }
      if (!looking.signal.aborted) next = setTimeout(look, LOOK_MS);
    };
    void look();
    return () => {
      looking.abort();
      clearTimeout(next);
    };
  }, [others]);

  return calls;
}
