/** A press counts once: from the click until what was pressed is drawn anew, or a moment after the workspace took it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { PageAnswer } from './api.ts';
import { actionKey } from './blocks/surface.ts';

/** An app that changes nothing still gives the button back. */
const GRACE_MS = 1500;

/**
 * @param drawn changes its identity when the message or view is drawn anew
 * @param send must not reject
 */
export function usePending(
  drawn: unknown,
  send: (action: Record<string, unknown>) => Promise<PageAnswer>,
  onError: (text: string) => void,
) {
  const [pending, setPending] = useState<{ key: string; drawn: unknown }>();
  const grace = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(grace.current), []);

  const act = useCallback(
    async (action: Record<string, unknown>) => {
      clearTimeout(grace.current);
      setPending({ key: actionKey(String(action.block_id), String(action.action_id)), drawn });
      const answer = await send(action);
      if (!answer.ok) onError(answer.error);
      grace.current = setTimeout(() => setPending(undefined), answer.ok ? GRACE_MS : 0);
    },
    [drawn, send, onError],
  );
  return { act, pending: pending?.drawn === drawn ? pending?.key : undefined };
}
