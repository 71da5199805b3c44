/** The lines offered above the composer. The focus stays in the text: the list is steered from there. */
import { useEffect, useRef } from 'react';
import type { Completion } from './completion.ts';

interface CompletionListProps {
  id: string;
  offers: Completion[];
  active: number;
  onPick(offer: Completion): void;
}

export function CompletionList({ id, offers, active, onPick }: CompletionListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  return (
    <div ref={list} id={id} className="completions" role="listbox" aria-label="Commands">
      {offers.map((offer, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the composer's, which owns the focus
        <div
          key={offer.line}
          id={`${id}-${index}`}
          className="completion"
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          // Before the click, so that the text keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(offer)}
        >
          <span className="completion-line">{offer.line}</span>
          {offer.about !== '' && <span className="completion-about">{offer.about}</span>}
        </div>
      ))}
    </div>
  );
}
