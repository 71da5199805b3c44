/** A labelled field of a modal, with its hint and what the app found wrong with it. */
import { useId } from 'react';
import type { BlockOf } from './block-schema.ts';
import { ChoiceControl } from './choice.tsx';
import { PlainText } from './plain-text.tsx';
import { useSurface } from './surface.ts';
import { useChosen } from './use-chosen.ts';
import { type Chosen, isTyped, payloadOf } from './values.ts';

type Input = BlockOf<'input'>;

export function InputBlock({ block, blockId }: { block: Input; blockId: string }) {
  const { act, form, pending } = useSurface();
  const { label, hint, optional, element, dispatch_action } = block;
  const [chosen, setChosen] = useChosen(blockId, element);
  const controlId = useId();
  const aboutId = useId();
  const error = form?.errors[blockId];

  const dispatch = (value: Chosen) => {
    if (dispatch_action)
      act({ ...payloadOf(element, value), action_id: element.action_id, block_id: blockId });
  };
  const choose = (next: Chosen) => {
    setChosen(next);
    if (!isTyped(element)) dispatch(next);
  };

  return (
    <div className={error === undefined ? 'field' : 'field field-wrong'} data-block-id={blockId}>
      <label className="field-label" htmlFor={controlId}>
        <PlainText text={label.text} />
        {optional && <span className="field-optional"> (optional)</span>}
      </label>
      <ChoiceControl
        element={element}
        id={controlId}
        chosen={chosen}
        name={optional ? `${label.text} (optional)` : label.text}
        describedBy={error === undefined && hint === undefined ? undefined : aboutId}
        invalid={error !== undefined}
        disabled={pending !== undefined}
        onChoose={choose}
        onCommit={dispatch_action ? () => dispatch(chosen) : undefined}
      />
      {error !== undefined && (
        <span id={aboutId} className="field-error" role="alert">
          {error}
        </span>
      )}
      {error === undefined && hint !== undefined && (
        <span id={aboutId} className="field-hint">
          <PlainText text={hint.text} />
        </span>
      )}
    </div>
  );
}
