/** What was begun and not sent, for each place one can write in, for as long as the page is open. */
import { useState } from 'react';

const drafts = new Map<string, string>();

export function useDraft(place: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => drafts.get(place) ?? '');
  const set = (next: string) => {
    drafts.set(place, next);
    setText(next);
  };
  return [text, set];
}
