/** Short notices over the page: what Slack would tell the person, and what did not work. */
import { useCallback, useEffect, useRef, useState } from 'react';

export interface Toast {
  id: number;
  text: string;
  kind: 'notice' | 'error';
}

const SHOWN_MS = 8000;

export function useToasts() {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const nextId = useRef(0);

  const dismiss = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useCallback((kind: Toast['kind'], text: string) => {
    nextId.current += 1;
    const toast = { id: nextId.current, text, kind };
    setToasts((all) => [...all.filter((other) => other.text !== text), toast].slice(-3));
  }, []);
  const notify = useCallback((text: string) => show('notice', text), [show]);
  const fail = useCallback((text: string) => show('error', text), [show]);

  return { toasts, notify, fail, dismiss };
}

function ToastCard({ toast, dismiss }: { toast: Toast; dismiss(id: number): void }) {
  const { id } = toast;
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => dismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, isHeld, dismiss]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only keeps the notice from leaving while it is read
    <div
      className={`toast toast-${toast.kind}`}
      role={toast.kind === 'error' ? 'alert' : 'status'}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
    >
      <p>{toast.text}</p>
      <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
        <span aria-hidden="true">✕</span>
      </button>
    </div>
  );
}

export function Toasts({ toasts, dismiss }: { toasts: Toast[]; dismiss(id: number): void }) {
  const layer = useRef<HTMLDivElement>(null);
  const newest = toasts.at(-1)?.id;

  // A popover opened last lies over an open dialog, which would otherwise hide the notice.
  useEffect(() => {
    const element = layer.current;
    if (element?.matches(':popover-open')) element.hidePopover();
    if (newest !== undefined) element?.showPopover();
  }, [newest]);

  return (
    <div ref={layer} className="toasts" popover="manual">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} dismiss={dismiss} />
      ))}
    </div>
  );
}
