/** The value of one element: a modal keeps it for its submission, a message only until it is drawn anew. */
import { useState } from 'react';
import type { Choice } from './schema.ts';
import { useSurface } from './surface.ts';
import { type Chosen, initialChoice } from './values.ts';

export function useChosen(blockId: string, element: Choice): [Chosen, (chosen: Chosen) => void] {
  const { form } = useSurface();
  const [own, setOwn] = useState<Chosen>();
  const chosen = form?.chosen(blockId, element.action_id) ?? own ?? initialChoice(element);
  const set = (next: Chosen) => {
    if (form === undefined) setOwn(next);
    else form.choose(blockId, element.action_id, next);
  };
  return [chosen, set];
}
