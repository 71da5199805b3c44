/** A modal that the app opened: its blocks, its submission, and what the app found wrong. */
import { type SyntheticEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { PageView } from './api.ts';
import { answerView, act as postAct } from './api-client.ts';
import { Blocks } from './blocks/blocks.tsx';
import { actionKey, type Surface, SurfaceContext } from './blocks/surface.ts';
import type { Chosen } from './blocks/values.ts';
import { Dialog } from './dialog.tsx';
import { formValues } from './form-values.ts';
import { usePending } from './use-pending.ts';

/** After its submission was taken, a modal waits this long for the app to close or change it before it can be sent again. */
const GRACE_MS = 1500;

interface ModalProps {
  view: PageView;
  me: string;
  onClosed(id: string): void;
  onError(text: string): void;
}

export function Modal({ view, me, onClosed, onError }: ModalProps) {
  const [chosen, setChosen] = useState<Record<string, Chosen>>({});
  const [submitted, setSubmitted] = useState<PageView>();
  const [failure, setFailure] = useState<string>();
  const isSubmitting = submitted === view;
  const form = useRef<HTMLFormElement>(null);

  const send = useCallback(
    (action: Record<string, unknown>) => postAct({ user: me, viewId: view.id, action }),
    [me, view.id],
  );
  const { act, pending } = usePending(view, send, setFailure);
  const surface = useMemo<Surface>(
    () => ({
      act,
      pending,
      form: {
        chosen: (blockId, actionId) => chosen[actionKey(blockId, actionId)],
        choose: (blockId, actionId, value) =>
          setChosen((before) => ({ ...before, [actionKey(blockId, actionId)]: value })),
        errors: view.errors ?? {},
      },
    }),
    [act, pending, chosen, view.errors],
  );

  useEffect(() => {
    if (view.errors !== undefined) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [view.errors]);

  const close = useCallback(async () => {
    onClosed(view.id);
    const answer = await answerView({ user: me, viewId: view.id, submit: false, values: {} });
    if (!answer.ok) onError(answer.error);
  }, [me, view.id, onClosed, onError]);

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (isSubmitting || view.submit === undefined) return;
    setSubmitted(view);
    setFailure(undefined);
    const values = formValues(view.blocks, (blockId, actionId) => chosen[actionKey(blockId, actionId)]);
    const answer = await answerView({ user: me, viewId: view.id, submit: true, values });
    if (!answer.ok) setFailure(answer.error);
    const giveBack = () => setSubmitted((waiting) => (waiting === view ? undefined : waiting));
    setTimeout(giveBack, answer.ok ? GRACE_MS : 0);
  };

  return (
    <Dialog title={view.title} onClose={close}>
      <form ref={form} className="dialog-form" onSubmit={submit} noValidate aria-busy={isSubmitting}>
        <div className="dialog-body blocks">
          {failure !== undefined && (
            <p className="dialog-failure" role="alert">
              {failure}
            </p>
          )}
          <SurfaceContext value={surface}>
            <Blocks blocks={view.blocks} />
          </SurfaceContext>
        </div>
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={close}>
            {view.close}
          </button>
          {view.submit !== undefined && (
            <button
              type="submit"
              className="button button-primary button-solid"
              aria-disabled={isSubmitting}
              aria-busy={isSubmitting}
            >
              {view.submit}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}
