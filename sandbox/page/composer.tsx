/** Where one writes: Enter sends, Shift+Enter breaks the line, and a slash offers what can be asked. */
import {
  type ChangeEvent,
  type KeyboardEvent,
  type Ref,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import type { PageAnswer, PageCommand } from './api.ts';
import { complete } from './completion.ts';
import { CompletionList } from './completion-list.tsx';
import { useDraft } from './use-draft.ts';
import { noteSent, useHistory } from './use-history.ts';

export interface ComposerHandle {
  /** Puts a line in, ready to be sent or changed. */
  fill(text: string): void;
}

interface ComposerProps {
  ref?: Ref<ComposerHandle>;
  /** Tells drafts apart. */
  place: string;
  label: string;
  commands: PageCommand[];
  onSend(text: string): Promise<PageAnswer>;
  onError(text: string): void;
}

const MAX_HEIGHT_PX = 180;
const NONE = -1;

export function Composer({ ref, place, label, commands, onSend, onError }: ComposerProps) {
  const [text, setText] = useDraft(place);
  const [isSending, setSending] = useState(false);
  const [active, setActive] = useState(NONE);
  const [isDismissed, setDismissed] = useState(false);
  const [hasFocus, setFocus] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const history = useHistory();
  const listId = useId();

  const offers = isDismissed || isSending || !hasFocus ? [] : complete(text, commands);
  const isOpen = offers.length > 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again whenever the text changes
  useLayoutEffect(() => {
    const element = input.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, MAX_HEIGHT_PX)}px`;
    element.style.overflowY = element.scrollHeight > MAX_HEIGHT_PX ? 'auto' : 'hidden';
  }, [text]);

  const write = (next: string, offersAgain: boolean) => {
    setText(next);
    setActive(NONE);
    setDismissed(!offersAgain);
  };

  useImperativeHandle(ref, () => ({
    fill: (line) => {
      write(line, false);
      input.current?.focus();
    },
  }));

  const send = async () => {
    if (isSending || text.trim() === '') return;
    setSending(true);
    const answer = await onSend(text);
    setSending(false);
    if (answer.ok) {
      noteSent(text);
      write('', true);
    } else {
      onError(answer.error);
    }
  };

  /** True when the key was for the list of offers. */
  const steerOffers = (key: string): boolean => {
    if (!isOpen) return false;
    if (key === 'ArrowDown') setActive((active + 1) % offers.length);
    else if (key === 'ArrowUp') setActive(active <= 0 ? offers.length - 1 : active - 1);
    else if (key === 'Escape') setDismissed(true);
    else {
      const picked =
        key === 'Tab' ? offers[Math.max(active, 0)] : key === 'Enter' ? offers[active] : undefined;
      if (picked === undefined) return false;
      write(picked.line, false);
    }
    return true;
  };

  const recallLine = (key: string): boolean => {
    if ((key !== 'ArrowUp' && key !== 'ArrowDown') || !history.shows(text)) return false;
    const line = history.step(key === 'ArrowUp' ? -1 : 1);
    if (line === undefined) return false;
    write(line, false);
    return true;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // While a word is being composed, Enter and the arrows belong to the input method.
    if (event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.shiftKey) return;
    if (steerOffers(event.key) || recallLine(event.key)) event.preventDefault();
    else if (event.key === 'Enter') {
      event.preventDefault();
      void send();
    }
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {isOpen && (
        <CompletionList
          id={listId}
          offers={offers}
          active={active}
          onPick={({ line }) => write(line, false)}
        />
      )}
      <textarea
        ref={input}
        rows={1}
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={isOpen ? listId : undefined}
        aria-activedescendant={isOpen && active !== NONE ? `${listId}-${active}` : undefined}
        placeholder={label}
        value={text}
        readOnly={isSending}
        enterKeyHint="send"
        onChange={(event: ChangeEvent<HTMLTextAreaElement>) => write(event.target.value, true)}
        onKeyDown={onKeyDown}
        onFocus={() => setFocus(true)}
        onBlur={() => setFocus(false)}
      />
      <button
        type="submit"
        className="send"
        aria-label="Send"
        aria-disabled={isSending || text.trim() === ''}
        aria-busy={isSending}
      >
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M4 12 L20 4 L14 20 L11 13 Z" fill="currentColor" />
        </svg>
      </button>
    </form>
  );
}
