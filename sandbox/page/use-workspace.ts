/** The live workspace of one person: loaded once the stream of events is open, so that nothing falls between the two. */
import { useEffect, useReducer, useState } from 'react';
import type { PageEvent } from './api.ts';
import { fetchStack, fetchState, listen } from './api-client.ts';
import { reduceWorkspace, type Workspace } from './workspace-state.ts';

export type Connection = 'connecting' | 'live' | 'reconnecting';

export interface LiveWorkspace {
  workspace: Workspace | undefined;
  connection: Connection;
  dismissModal(id: string): void;
}

/** @param onNotice is told what Slack would say to this person; it must keep its identity between renders. */
export function useWorkspace(user: string | undefined, onNotice: (text: string) => void): LiveWorkspace {
  const [workspace, dispatch] = useReducer(reduceWorkspace, undefined);
  const [connection, setConnection] = useState<Connection>('connecting');

  useEffect(() => {
    if (user === undefined) return;
    let loading: AbortController | undefined;
    let hasLoaded = false;
    let early: PageEvent[] | undefined;

    const apply = (event: PageEvent) => {
      if (event.type === 'notice') onNotice(event.text);
      else if (early === undefined) dispatch({ type: 'event', event });
      else early.push(event);
    };

    const load = async () => {
      loading?.abort();
      const current = new AbortController();
      loading = current;
      early = [];
      try {
        const [state, stack] = await Promise.all([
          fetchState(user, current.signal),
          fetchStack(current.signal).catch(() => undefined),
        ]);
        if (current.signal.aborted) return;
        // Drawn together with the events that came meanwhile: a modal that is still open does not even blink.
        dispatch({ type: 'loaded', state });
        if (stack !== undefined) dispatch({ type: 'stack_loaded', stack });
        for (const event of early) dispatch({ type: 'event', event });
        early = undefined;
        hasLoaded = true;
        setConnection('live');
      } catch {
        if (!current.signal.aborted) stream.restart();
      }
    };

    const stream = listen(user, {
      onOpen: () => void load(),
      onEvent: apply,
      onLost: () => {
        loading?.abort();
        setConnection(hasLoaded ? 'reconnecting' : 'connecting');
      },
    });

    return () => {
      loading?.abort();
      stream.close();
    };
  }, [user, onNotice]);

  return { workspace, connection, dismissModal: (id) => dispatch({ type: 'modal_dismissed', id }) };
}
