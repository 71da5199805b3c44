/** One interactive element, wherever it stands: a press or a change is sent to the app, and kept for a modal's submission. */
import { ButtonElement, OverflowElement } from './button.tsx';
import { ChoiceControl } from './choice.tsx';
import { useConfirm } from './confirm.tsx';
import { type Choice, type Element, elementSchema } from './schema.ts';
import { useSurface } from './surface.ts';
import { useChosen } from './use-chosen.ts';
import { type Chosen, isTyped, payloadOf } from './values.ts';

function ActingChoice({ element, blockId, name }: { element: Choice; blockId: string; name: string }) {
  const { act, pending } = useSurface();
  const { ask, dialog } = useConfirm();
  const [chosen, setChosen] = useChosen(blockId, element);

  const send = (value: Chosen) =>
    act({ ...payloadOf(element, value), action_id: element.action_id, block_id: blockId });
  const choose = (next: Chosen) => {
    setChosen(next);
    if (!isTyped(element))
      ask(
        element.confirm,
        () => send(next),
        () => setChosen(chosen),
      );
  };
  return (
    <>
      <ChoiceControl
        element={element}
        chosen={chosen}
        name={name}
        disabled={pending !== undefined}
        onChoose={choose}
        onCommit={() => send(chosen)}
      />
      {dialog}
    </>
  );
}

interface ElementProps {
  element: Element;
  blockId: string;
  /** What stands beside the element and tells what it is for. */
  name: string;
}

function InteractiveElement({ element, blockId, name }: ElementProps) {
  switch (element.type) {
    case 'button':
      return <ButtonElement element={element} blockId={blockId} />;
    case 'overflow':
      return <OverflowElement element={element} blockId={blockId} />;
    default:
      return <ActingChoice element={element} blockId={blockId} name={element.placeholder?.text ?? name} />;
  }
}

/** For lists whose elements come unchecked: what this page cannot offer is said in its place. */
export function AnyElement({ element, blockId, name }: { element: unknown; blockId: string; name: string }) {
  const known = elementSchema.safeParse(element);
  if (known.success) return <InteractiveElement element={known.data} blockId={blockId} name={name} />;
  return <span className="block-unknown">This page cannot draw this control.</span>;
}
