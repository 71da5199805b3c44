/** The app's Home tab, beside its direct messages. */
import { useCallback, useMemo } from 'react';
import type { PageView } from './api.ts';
import { act as postAct } from './api-client.ts';
import { Blocks } from './blocks/blocks.tsx';
import { SurfaceContext } from './blocks/surface.ts';
import { usePending } from './use-pending.ts';

interface HomeProps {
  view: PageView;
  me: string;
  onError(text: string): void;
}

export function Home({ view, me, onError }: HomeProps) {
  const send = useCallback(
    (action: Record<string, unknown>) => postAct({ user: me, viewId: view.id, action }),
    [me, view.id],
  );
  const { act, pending } = usePending(view, send, onError);
  const surface = useMemo(() => ({ act, pending }), [act, pending]);
  return (
    <div className="home blocks">
      <SurfaceContext value={surface}>
        <Blocks blocks={view.blocks} />
      </SurfaceContext>
    </div>
  );
}
