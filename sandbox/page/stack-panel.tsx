/** The things in the sandbox that can be broken, how they are now, and the way back. */
import { useState } from 'react';
import type { StackState } from './api.ts';
import { setFault } from './api-client.ts';

interface StackPanelProps {
  stack: StackState | undefined;
  onClose(): void;
  onError(text: string): void;
}

export function Health({ stack }: { stack: StackState }) {
  return (
    <span className={stack.healthy ? 'health health-good' : 'health health-bad'}>
      <span className="unseen">{stack.healthy ? 'Healthy: ' : 'Broken: '}</span>
    </span>
  );
}

export function StackPanel({ stack, onClose, onError }: StackPanelProps) {
  const [busy, setBusy] = useState<string>();

  const press = async (fault: string) => {
    if (busy !== undefined) return;
    setBusy(fault);
    const answer = await setFault(fault);
    setBusy(undefined);
    if (!answer.ok) onError(answer.error);
  };

  return (
    <aside className="panel stack" aria-labelledby="stack-title">
      <header className="panel-head">
        <h2 id="stack-title">Break something</h2>
        <button
          type="button"
          className="icon-button panel-close"
          aria-label="Close “Break something”"
          onClick={onClose}
        >
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      {stack === undefined ? (
        <p className="panel-empty">There is nothing here to break: the sandbox’s own stack is not running.</p>
      ) : (
        <div className="panel-scroll stack-body">
          <div className="stack-now">
            <strong>{stack.title}</strong>
            <code>{stack.address}</code>
            <p role="status">
              <Health stack={stack} />
              {stack.summary}
            </p>
          </div>
          <ul className="faults">
            {stack.faults.map(({ id, title, explains, active }) => (
              <li key={id}>
                <button
                  type="button"
                  className="fault"
                  aria-pressed={active}
                  aria-busy={busy === id}
                  aria-disabled={busy !== undefined}
                  onClick={() => press(id)}
                >
                  <span className="fault-title">{title}</span>
                  <span className="fault-explains">{explains}</span>
                </button>
              </li>
            ))}
          </ul>
          <button
            type="button"
            className={stack.healthy ? 'button mend' : 'button button-primary mend'}
            aria-busy={busy === 'mend'}
            aria-disabled={busy !== undefined}
            onClick={() => press('mend')}
          >
            Mend everything
          </button>
        </div>
      )}
    </aside>
  );
}
