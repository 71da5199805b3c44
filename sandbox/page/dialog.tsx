/** A modal dialog on the browser's own `<dialog>`, which traps the focus, hides the rest and gives the focus back. */
import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from 'react';

interface DialogProps {
  title: string;
  children: ReactNode;
  className?: string;
  role?: 'dialog' | 'alertdialog';
  /** Escape or the cross. Not a click outside, which would lose what was typed. */
  onClose(): void;
}

/** Where the focus begins: the first thing to fill in, else the first answer, which is the one that changes nothing. */
const FIRST = '.dialog-body :is(input, select, textarea, button), .dialog-foot button';

export function Dialog({ title, children, className = '', role = 'dialog', onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useLayoutEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    element?.querySelector<HTMLElement>(FIRST)?.focus();
    return () => {
      // React takes the element away without closing it, and the focus would be lost with it.
      element?.close();
      if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
    };
  }, []);

  useEffect(() => {
    const element = dialog.current;
    const onCancel = (event: Event) => {
      event.preventDefault();
      onClose();
    };
    element?.addEventListener('cancel', onCancel);
    return () => element?.removeEventListener('cancel', onCancel);
  }, [onClose]);

  return (
    <dialog ref={dialog} className={`dialog ${className}`} role={role} aria-labelledby={titleId}>
      <div className="dialog-sheet">
        <header className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
            <span aria-hidden="true">✕</span>
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
