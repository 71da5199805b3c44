/** Whose eyes this tab looks through: `?as=dana` for this tab alone, else whoever was chosen last. */
import { useCallback, useEffect, useState } from 'react';
import type { PageState } from './api.ts';
import { fetchState } from './api-client.ts';
import { recall, remember } from './storage.ts';

const RETRY_MS = 1500;

const asParameter = () => new URLSearchParams(location.search).get('as') ?? undefined;

function resolve({ users, me }: PageState): string {
  const find = (wanted: string | undefined) =>
    users.find(({ id, name }) => id === wanted || name === wanted)?.id;
  return find(asParameter()) ?? find(recall('as')) ?? me;
}

export interface Identity {
  user: string | undefined;
  /** The workspace did not answer yet; asking goes on. */
  unreachable: boolean;
  become(user: string): void;
}

export function useIdentity(): Identity {
  const [user, setUser] = useState<string>();
  const [unreachable, setUnreachable] = useState(false);

  useEffect(() => {
    const asking = new AbortController();
    let retry: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        setUser(resolve(await fetchState(undefined, asking.signal)));
        setUnreachable(false);
      } catch {
        if (asking.signal.aborted) return;
        setUnreachable(true);
        retry = setTimeout(ask, RETRY_MS);
      }
    };
    void ask();
    return () => {
      asking.abort();
      clearTimeout(retry);
    };
  }, []);

  const become = useCallback((next: string) => {
    if (asParameter() === undefined) remember('as', next);
    else history.replaceState(null, '', `?as=${encodeURIComponent(next)}`);
    setUser(next);
  }, []);

  return { user, unreachable, become };
}
