/** The question that Block Kit lets an app put before a click or a choice counts. */
import { type ReactNode, useCallback, useState } from 'react';
import { Dialog } from '../dialog.tsx';
import type { Confirm } from './schema.ts';
import { AnyText } from './text-blocks.tsx';

interface Question {
  confirm: Confirm;
  agreed(): void;
  denied(): void;
}

interface ConfirmDialogProps {
  question: Question;
  done(): void;
}

function ConfirmDialog({ question, done }: ConfirmDialogProps) {
  const { confirm, agreed, denied } = question;
  const deny = useCallback(() => {
    done();
    denied();
  }, [done, denied]);
  const agree = () => {
    done();
    agreed();
  };
  return (
    <Dialog title={confirm.title.text} role="alertdialog" className="dialog-small" onClose={deny}>
      <div className="dialog-body">
        <AnyText text={confirm.text} />
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={deny}>
          {confirm.deny.text}
        </button>
        <button
          type="button"
          className={`button button-${confirm.style ?? 'primary'} button-solid`}
          onClick={agree}
        >
          {confirm.confirm.text}
        </button>
      </footer>
    </Dialog>
  );
}

const nothing = () => undefined;

/** `ask` goes ahead at once where there is nothing to confirm; `dialog` is to be drawn beside the element. */
export function useConfirm(): {
  ask(confirm: Confirm | undefined, agreed: () => void, denied?: () => void): void;
  dialog: ReactNode;
} {
  const [question, setQuestion] = useState<Question>();
  const done = useCallback(() => setQuestion(undefined), []);
  return {
    ask: (confirm, agreed, denied = nothing) => {
      if (confirm === undefined) agreed();
      else setQuestion({ confirm, agreed, denied });
    },
    dialog: question === undefined ? null : <ConfirmDialog question={question} done={done} />,
  };
}
